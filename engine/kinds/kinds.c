/* The registry of leaf kinds. */
#include "kinds/kinds.h"

#include <stddef.h>

const struct rb_kind *const rb_kinds[] = {&rb_kind_look, &rb_kind_run, &rb_kind_start, &rb_kind_http,
    &rb_kind_tcp, &rb_kind_port, &rb_kind_process, &rb_kind_wait, &rb_kind_ask, &rb_kind_manual, &rb_kind_say,
    NULL};
