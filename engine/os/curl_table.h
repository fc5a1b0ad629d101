/* The one table of libcurl's functions. Ownership: the table is its client's; the library, once loaded, stays
 * loaded: a resolver thread that was given up on may still run in it.
 *
 * A run without HTTP neither pays for libcurl's thirty shared libraries nor fails where one is missing. */
#ifndef RB_OS_CURL_TABLE_H
#define RB_OS_CURL_TABLE_H

/* Its type-checking macros expect calls by name, not through a table. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stddef.h>

#define RB_CURL_FUNCTIONS(X)                                                                                 \
	X(global_init)                                                                                       \
	X(global_cleanup)                                                                                    \
	X(easy_init)                                                                                         \
	X(easy_cleanup)                                                                                      \
	X(easy_setopt)                                                                                       \
	X(easy_getinfo)                                                                                      \
	X(easy_strerror)                                                                                     \
	X(multi_init)                                                                                        \
	X(multi_cleanup)                                                                                     \
	X(multi_setopt)                                                                                      \
	X(multi_add_handle)                                                                                  \
	X(multi_remove_handle)                                                                               \
	X(multi_socket_action)                                                                               \
	X(multi_info_read)                                                                                   \
	X(multi_assign)                                                                                      \
	X(slist_append)                                                                                      \
	X(slist_free_all)                                                                                    \
	X(url)                                                                                               \
	X(url_cleanup)                                                                                       \
	X(url_get)                                                                                           \
	X(url_set)                                                                                           \
	X(free)

struct rb_curl {
#define RB_CURL_FIELD(name) __typeof__ (&curl_##name)(name);
	RB_CURL_FUNCTIONS(RB_CURL_FIELD)
#undef RB_CURL_FIELD
};

/* Fills the table. 0, or -1 with the reason in `why` (size n). */
int rb_curl_load(struct rb_curl *t, char *why, size_t n);

#endif
