/* tcp and port: connections, and who listens for them. */
#include "kinds/kinds.h"

static const struct rb_key tcp_keys[] = {
    [RB_ARG_TCP_ADDRESS] = {"address", RB_K_STRING, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL,
	"HOST:PORT; an IPv6 address in brackets", "127.0.0.1:${port}", "run/tcp.yaml"},
    [RB_ARG_TCP_SEND] = {"send", RB_K_STRING, RB_KEY_SECRETS, 0, NULL, NULL, NULL,
	"text to send once connected", "\"PING\\r\\n\"", "run/tcp.yaml"},
    [RB_ARG_TCP_UNTIL] = {"until", RB_K_PATTERN, 0, 0, NULL, NULL, NULL,
	"text or /regex/ that must come back; it fails if the connection closes first", "+PONG",
	"run/tcp.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_fact_row tcp_facts[] = {
    {"connected", &rb_types[RB_BOOL], "a connection was made"},
    {"address", &rb_types[RB_TEXT], "address that was connected to; unset when no connection was made"},
    {"reply", &rb_types[RB_TEXT], "what came back, up to 64 KiB; unset when no connection was made"},
    {"time", &rb_types[RB_DURATION], "how long it took"},
    {NULL, NULL, NULL},
};

static void
tcp_summary(const struct rb_request *req, struct rb_buf *out)
{
	rb_buf_c(out, "connect ");
	rb_value_show(req->values[RB_ARG_TCP_ADDRESS], out);
}

const struct rb_kind rb_kind_tcp = {
    .name = "tcp",
    .help = "a TCP connection; optionally sends, and waits for text",
    .example = "tcp: 127.0.0.1:5432",
    .on = RB_ON_PROBING,
    .effect = RB_READ,
    .timeout = 10 * RB_SECOND,
    .keys = tcp_keys,
    .facts = tcp_facts,
    .test = "run/tcp.yaml",
    .summary = tcp_summary,
};

static const struct rb_key port_keys[] = {
    [RB_ARG_PORT_PORT] = {"port", RB_K_PORT, RB_KEY_MAIN | RB_KEY_REQUIRED, 0, NULL, NULL, NULL,
	"TCP port on this host", "${port}", "run/port.yaml"},
    {NULL, RB_K_TEXT, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL},
};

static const struct rb_fact_row port_facts[] = {
    {"listening", &rb_types[RB_BOOL], "somebody listens on the port"},
    {"address", &rb_types[RB_TEXT],
	"address it listens on; unset when nobody listens, as all below but `unseen`"},
    {"pid", &rb_types[RB_INT], "process id of the holder; unset when it cannot be seen or is not one"},
    {"process", &rb_types[RB_PROCESS], "the holder, for `process: {stop: …}`"},
    {"command", &rb_types[RB_TEXT], "command line of the holder"},
    {"user", &rb_types[RB_TEXT], "user it runs as"},
    {"holders", &rb_types[RB_ANY], "list of all that hold the socket: pid, command, user"},
    {"unseen", &rb_types[RB_BOOL], "holders may exist that this user cannot see"},
    {NULL, NULL, NULL},
};

static void
port_summary(const struct rb_request *req, struct rb_buf *out)
{
	rb_buf_c(out, "port ");
	rb_value_show(req->values[RB_ARG_PORT_PORT], out);
}

const struct rb_kind rb_kind_port = {
    .name = "port",
    .help = "who listens on a TCP port of this host, from the kernel's tables; fails if nobody does",
    .example = "port: ${port}",
    .on = RB_ON_PROBING,
    .effect = RB_READ,
    .timeout = 10 * RB_SECOND,
    .keys = port_keys,
    .facts = port_facts,
    .test = "run/port.yaml",
    .summary = port_summary,
};
