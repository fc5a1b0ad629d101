/* wait and say: what flow performs by itself. */
#include "kinds/kinds.h"

static const struct rb_key wait_keys[] = {
    [RB_ARG_WAIT_FOR] = {"duration", RB_K_DURATION, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL,
	"how long; to wait for something, poll it with `verify` or `retry` instead", "5s", "run/wait.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static void
summary(const struct rb_request *req, struct rb_buf *out)
{
	rb_value_show(req->values[0], out);
}

const struct rb_kind rb_kind_wait = {
    .name = "wait",
    .help = "a fixed time",
    .example = "wait: 5s",
    .verb = "waits",
    .on = RB_ON_SAY,
    .traits = RB_KIND_NO_PROBE | RB_KIND_WAITS,
    .effect = RB_READ,
    .timeout = RB_NEVER,
    .keys = wait_keys,
    .test = "run/wait.yaml",
    .summary = summary,
};

static const struct rb_key say_keys[] = {
    [RB_ARG_SAY_TEXT] = {"text", RB_K_MESSAGE, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL,
	"the message", "The database is down; page ${contact}", "run/say.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

const struct rb_kind rb_kind_say = {
    .name = "say",
    .help = "a message to the operator, kept in the record",
    .example = "say: The cache is warm again after ${warm.duration}",
    .verb = "says",
    .on = RB_ON_SAY,
    .traits = RB_KIND_NO_PROBE | RB_KIND_SAYS,
    .effect = RB_READ,
    .timeout = RB_NEVER,
    .keys = say_keys,
    .test = "run/say.yaml",
    .summary = summary,
};
