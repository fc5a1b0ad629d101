/* How scenario files find what they test. Ownership: the library is borrowed. */
#ifndef RB_API_SCENARIOS_H
#define RB_API_SCENARIOS_H

#include "api/library.h"

/* Runbooks beside the scenario file; procedures from the file beside it too, where the two have one name,
 * else as `use` finds them. */
struct rb_opener rb_scenario_opener(struct rb_library *library);

#endif
