/* What librunbook offers to the programs that embed it: only what is marked RB_API can be linked against, and
 * the headers may be used from C++. */
#ifndef RB_BASE_EXPORT_H
#define RB_BASE_EXPORT_H

#define RB_API __attribute__((visibility("default")))

#ifdef __cplusplus
#define RB_C_BEGIN extern "C" {
#define RB_C_END }
#else
#define RB_C_BEGIN
#define RB_C_END
#endif

#endif
