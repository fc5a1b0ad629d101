/* tcp and port: connections, and who listens for them. */
#include "kinds/mock.h"

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
    {"time", &rb_types[RB_DURATION],
	"how long it took to connect, and then to send and to read what `until` waits for; unset when no "
	"connection was made"},
    {NULL, NULL, NULL},
};

static void
tcp_summary(const struct rb_request *req, struct rb_buf *out)
{
	rb_buf_c(out, "connect ");
	rb_value_show(req->values[RB_ARG_TCP_ADDRESS], out);
}

/* Whether what came back holds what was waited for: what was not said is what was waited for. 1, 0, or -1. */
static int
mock_until(struct rb_mocked *k, struct rb_result *res)
{
	struct rb_value until = k->m->request->values[RB_ARG_TCP_UNTIL], reply = rb_mocked_get(k, "reply");
	const char *limit = NULL;
	struct rb_pattern *p;
	struct rb_found found;
	struct rb_str why;
	size_t at;
	int r;

	if (until.kind != RB_V_TEXT || reply.kind != RB_V_TEXT)
		return 1;
	p = rb_pattern_new(k->m->arena, until.s, &why, &at);
	if (p == NULL)
		return rb_mocked_refuse(res, k->m->arena, "`until`: %.*s", RB_STR_ARG(why));
	r = rb_pattern_find(p, reply.s, 0, &found, &limit);
	rb_pattern_close(p);
	if (r < 0)
		return rb_mocked_refuse(res, k->m->arena, "`until` could not be decided: %s", limit);
	return r;
}

static int
mock_no_connection(struct rb_mocked *k, struct rb_result *res)
{
	static const char *const answers[] = {"address", "reply", "time"};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (rb_mocked_has(k, answers[i]))
			return rb_mocked_refuse(
			    res, k->m->arena, "where no connection was made there is no `%s`", answers[i]);
	}
	rb_mocked_add(k, "connected", rb_v_bool(false));
	res->ended = RB_ENDED_FAILED;
	res->reason = rb_arena_fmt(k->m->arena, RB_SAYS_NOT_CONNECTED,
	    RB_STR_ARG(k->m->request->values[RB_ARG_TCP_ADDRESS].s), RB_SAYS_REFUSED);
	res->facts = rb_mocked_value(k);
	return 0;
}

static int
mock_tcp(const struct rb_mock *m, struct rb_result *res)
{
	struct rb_value connected;
	struct rb_mocked k;
	int seen;

	if (m->cut)
		return 0;
	rb_mocked_init(&k, m);
	connected = rb_mocked_get(&k, "connected");
	if (m->refused && connected.kind == RB_V_BOOL && connected.b)
		return rb_mocked_refuse(res, m->arena, "it is either `connected` or `refused`");
	if (m->refused || (connected.kind == RB_V_BOOL && !connected.b))
		return mock_no_connection(&k, res);
	seen = mock_until(&k, res);
	if (seen < 0)
		return -1;
	rb_mocked_add(&k, "connected", rb_v_bool(true));
	rb_mocked_add(&k, "address", m->request->values[RB_ARG_TCP_ADDRESS]);
	rb_mocked_add(&k, "time", rb_v_of(RB_V_DURATION, m->takes));
	rb_mocked_add(&k, "reply", rb_v_text(RB_STR("")));
	res->ended = seen ? RB_ENDED_OK : RB_ENDED_FAILED;
	res->reason = seen ? RB_STR("") : RB_STR(RB_SAYS_UNTIL_UNSEEN);
	res->summary = rb_arena_fmt(
	    m->arena, RB_SAYS_CONNECTED, rb_arena_str(m->arena, rb_mocked_get(&k, "address").s).p);
	res->excerpt = rb_mocked_tail(rb_mocked_get(&k, "reply"));
	res->excerpt_of = "reply";
	res->facts = rb_mocked_value(&k);
	return 0;
}

const struct rb_kind rb_kind_tcp = {
    .name = "tcp",
    .help = "a TCP connection; optionally sends, and waits for text",
    .example = "tcp: 127.0.0.1:5432",
    .on = RB_ON_PROBING,
    .traits = RB_KIND_CONNECTS,
    .effect = RB_READ,
    .timeout = 10 * RB_SECOND,
    .keys = tcp_keys,
    .facts = tcp_facts,
    .test = "run/tcp.yaml",
    .summary = tcp_summary,
    .mock = mock_tcp,
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

/* The list of holders as the kernel's tables would give it: each with its process. */
static struct rb_value
mock_holders(const struct rb_mocked *k)
{
	static const char *const names[] = {"pid", "command", "user", "process"};
	enum { NAMES = sizeof(names) / sizeof(names[0]) };
	struct rb_value given = rb_mocked_get(k, "holders"), list, *items;
	bool one = given.kind != RB_V_LIST && rb_mocked_has(k, "pid");
	size_t n = given.kind == RB_V_LIST ? given.list->len : one;
	struct rb_vpair *pairs;

	list = rb_v_list(k->m->arena, n, &items);
	for (size_t i = 0; i < n; i++) {
		size_t len = 0;

		items[i] = rb_v_map(k->m->arena, NAMES, &pairs);
		for (size_t f = 0; f < NAMES; f++) {
			struct rb_value v =
			    one ? rb_mocked_get(k, names[f]) : rb_v_get_c(given.list->items[i], names[f]);

			if (v.kind == RB_V_UNSET && f == NAMES - 1 && pairs[0].value.kind == RB_V_INT)
				v = rb_v_process(pairs[0].value.i, 1);
			if (v.kind != RB_V_UNSET)
				pairs[len++] = (struct rb_vpair){rb_str_c(names[f]), v};
		}
		((struct rb_vmap *)(uintptr_t)items[i].map)->len = len;
	}
	return list;
}

/* The only holder is also told by itself. */
static void
mock_holder(struct rb_mocked *k, struct rb_value holders)
{
	const struct rb_vmap *only = holders.list->len == 1 ? holders.list->items[0].map : NULL;

	for (size_t i = 0; only != NULL && i < only->len; i++)
		rb_mocked_add(k, only->pairs[i].key.p, only->pairs[i].value);
}

static bool
is_list_of_maps(struct rb_value v)
{
	for (size_t i = 0; v.kind == RB_V_LIST && i < v.list->len; i++) {
		if (v.list->items[i].kind != RB_V_MAP)
			return false;
	}
	return v.kind == RB_V_LIST;
}

static int
mock_port(const struct rb_mock *m, struct rb_result *res)
{
	static const char *const of_holders[] = {"pid", "command", "user", "process", "address"};
	struct rb_value holders, port = m->request->values[RB_ARG_PORT_PORT];
	struct rb_mocked k;

	if (m->cut)
		return 0;
	rb_mocked_init(&k, m);
	if (rb_mocked_has(&k, "holders") && !is_list_of_maps(rb_mocked_get(&k, "holders")))
		return rb_mocked_refuse(
		    res, m->arena, "`holders` is a list of mappings with `pid`, `command` and `user`");
	rb_mocked_add(&k, "listening", rb_v_bool(true));
	if (!rb_mocked_get(&k, "listening").b) {
		for (size_t i = 0; i < sizeof(of_holders) / sizeof(of_holders[0]); i++) {
			if (rb_mocked_has(&k, of_holders[i]))
				return rb_mocked_refuse(
				    res, m->arena, "where nobody listens there is no `%s`", of_holders[i]);
		}
		rb_mocked_add(&k, "unseen", rb_v_bool(false));
		rb_mocked_set(&k, "holders", mock_holders(&k));
		res->ended = RB_ENDED_FAILED;
		res->reason = rb_arena_fmt(m->arena, RB_SAYS_NOBODY_LISTENS, (long long)port.i);
		res->facts = rb_mocked_value(&k);
		return 0;
	}
	holders = mock_holders(&k);
	rb_mocked_set(&k, "holders", holders);
	mock_holder(&k, holders);
	rb_mocked_add(&k, "unseen", rb_v_bool(holders.list->len == 0));
	rb_mocked_add(&k, "address", rb_v_text(RB_STR("0.0.0.0")));
	res->ended = RB_ENDED_OK;
	res->summary = rb_mocked_has(&k, "pid") ? rb_mocked_holder(&k)
		       : holders.list->len > 1  ? rb_arena_fmt(m->arena, RB_SAYS_HOLDERS, holders.list->len)
						: RB_STR(RB_SAYS_HOLDER_UNSEEN);
	res->facts = rb_mocked_value(&k);
	return 0;
}

const struct rb_kind rb_kind_port = {
    .name = "port",
    .help = "who listens on a TCP port of this host, from the kernel's tables; fails if nobody does",
    .example = "port: ${port}",
    .on = RB_ON_PROBING,
    .traits = RB_KIND_FINDS,
    .effect = RB_READ,
    .timeout = 10 * RB_SECOND,
    .keys = port_keys,
    .facts = port_facts,
    .test = "run/port.yaml",
    .summary = port_summary,
    .mock = mock_port,
};
