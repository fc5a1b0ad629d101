/* The functions of expressions. */
#include "lang/exprs.h"

static int
setup(void **state)
{
	struct world *w = rb_alloc_zero(NULL, 1, sizeof(*w));

	world_init(w);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	world_free(*state);
	rb_alloc_free(NULL, *state);
	return 0;
}

static void
lists(void **state)
{
	static const struct expect_row rows[] = {
	    {"first(names)", "\"b\""},
	    {"last(names)", "\"b\""},
	    {"first([])", "unset first([])"},
	    {"last(names where item == 'z')", "unset last(names where item == 'z')"},
	    {"first(names where item == 'z') ?? 'none'", "\"none\""},
	    {"first(data.list)", "1"},
	    {"first(data.n)", "error first() takes a list, and `data.n` is int 3"},
	    {"count(names)", "3"},
	    {"count([])", "0"},
	    {"count(data.members where .Role == 'Leader')", "1"},
	    {"len(names)", "3"},
	    {"len('äb')", "2"},
	    {"len('')", "0"},
	    {"len(data)", "7"},
	    {"len(data.n)", "error len() takes a text, list or record, and `data.n` is int 3"},
	    {"min(ports)", "1"},
	    {"max(ports)", "3"},
	    {"max(1, 2.5, port)", "8000"},
	    {"min(wait, 10s)", "10s"},
	    {"max(version(['9.9', '9.10', 'v9.2']))", "version \"9.10\""},
	    {"min([])", "unset min([])"},
	    {"max([]) ?? 0", "0"},
	    {"max(names)", "\"b\""},
	    {"max(data.list)", "error `max(data.list)` puts int 1 beside text \"a\", which have no order"},
	    {"max([null, 1])", "error `max([null, 1])` puts null beside null, which have no order"},
	    {"sum(ports)", "6"},
	    {"sum([1, 0.5])", "1.5"},
	    {"sum([1s, 500ms])", "1s500ms"},
	    {"sum([1MB, 1kB])", "1001kB"},
	    {"sum(ports where item > 5)", "0"},
	    {"sum([1s] where item > 5s)", "0s"},
	    {"sum([9223372036854775807, 1])", "error `sum([9223372036854775807, 1])` is out of range"},
	    {"sum(data.list)",
		"error sum() adds numbers, durations or sizes, and an item of `data.list` is text \"a\""},
	    {"sum(number(table_rows['CPU %']))", "92.5"},
	    {"sort(ports)", "[1,2,3]"},
	    {"sort(names)", "[\"a\",\"b\",\"b\"]"},
	    {"sort([2s, 1s])[0]", "1s"},
	    {"sort([])", "[]"},
	    {"sort(data.list)", "error `sort(data.list)` puts int 1 beside text \"a\", which have no order"},
	    {"unique(names)", "[\"b\",\"a\"]"},
	    {"unique([1, 1.0, 2])", "[1,2]"},
	    {"unique(data.members.Role)", "[\"Leader\",\"Replica\"]"},
	    {"unique([[1], [1], [2]])", "[[1],[2]]"},
	    {"any(flags)", "true"},
	    {"all(flags)", "false"},
	    {"any([])", "false"},
	    {"all([])", "unset all([])"},
	    {"all([true, true])", "true"},
	    {"any([log.missing, log.quiet])", "true"},
	    {"any(table_rows where number(.NAME ?? '0') > 1)",
		"error `number(.NAME ?? '0')`: text \"db\" is not a number"},
	    {"any(table_rows where .NAME == 'web')", "true"},
	    {"any(table_rows where .NAME == 'x')", "false"},
	    {"all(table_rows where .NAME != 'x')", "true"},
	    {"all(table_rows where .NAME == 'web')", "false"},
	    {"all((table_rows where .NAME == 'x') where .NAME == 'x')",
		"unset all((table_rows where .NAME == 'x') where .NAME == 'x')"},
	    {"any(data.list)", "error any() judges bools, and an item of `data.list` is int 1"},
	    {"any(unreached.json)", "unset unreached.json"},
	};

	EXPECT(*state, rows);
}

static void
conversions(void **state)
{
	static const struct expect_row rows[] = {
	    {"int('42')", "42"},
	    {"int(' 42\\n')", "error `int(' 42\\n')`: text \" 42\\\\n\" is not a whole number"},
	    {"int(\" -42\\n\")", "-42"},
	    {"int('087')", "87"},
	    {"int('87%')", "87"},
	    {"int('1.5')", "error `int('1.5')`: text \"1.5\" is not a whole number"},
	    {"int('')", "error `int('')`: text \"\" is not a whole number"},
	    {"int('9223372036854775808')",
		"error `int('9223372036854775808')`: text \"9223372036854775808\" is not a whole number"},
	    {"int(3.9)", "3"},
	    {"int(-3.9)", "-3"},
	    {"int(1e30)", "error `int(1e30)`: number 1e+30 is not a whole number"},
	    {"int(90s)", "90"},
	    {"int(2kB)", "2000"},
	    {"int(['1', '2'])", "[1,2]"},
	    {"int(data.n)", "3"},
	    {"int(data.z)", "error `int(data.z)`: null is not a whole number"},
	    {"int(data.list)", "error `int(data.list)`: a list of 2 is not a whole number"},
	    {"number('1.5')", "1.5"},
	    {"number('12.5%')", "12.5"},
	    {"number('1,5')", "error `number('1,5')`: text \"1,5\" is not a number"},
	    {"number(1500ms)", "1.5"},
	    {"number(1kB)", "1000"},
	    {"number(2)", "2"},
	    {"size('200MB')", "200MB"},
	    {"size('1.944GiB')", "2087354105B"},
	    {"size('1.25GiB') == 1280MiB", "true"},
	    {"size(' 64Mi ')", "64MiB"},
	    {"size('3.2 MB')", "3200kB"},
	    {"size(2048)", "2KiB"},
	    {"size('1.8G')",
		"error `size('1.8G')`: text \"1.8G\" is not a size with a unit, as 200MB, 1.5GiB "
		"or 64Mi (1K and 1M "
		"are ambiguous)"},
	    {"size('100')",
		"error `size('100')`: text \"100\" is not a size with a unit, as 200MB, 1.5GiB or "
		"64Mi (1K and 1M are "
		"ambiguous)"},
	    {"duration('1h30m')", "1h30m"},
	    {"duration(90)", "1m30s"},
	    {"duration(0.25)", "250ms"},
	    {"duration('90')",
		"error `duration('90')`: text \"90\" is not a duration with a unit, as 90s or 1h30m"},
	    {"duration(9223372036854775807)", "error `duration(9223372036854775807)` is out of range"},
	    {"url(' https://shop.example/a ')", "\"https://shop.example/a\""},
	    {"url(['http://a/', 'http://b/'])", "[\"http://a/\",\"http://b/\"]"},
	    {"url('')", "error `url('')`: text \"\" is not a URL"},
	    {"url('shop.example')",
		"error `url('shop.example')`: `shop.example` is not an address with its scheme, as "
		"http://127.0.0.1:8000"},
	    {"url('http:///x')",
		"error `url('http:///x')`: `http:///x` is not an address with its scheme, as "
		"http://127.0.0.1:8000"},
	    {"version(' v1.2 ')", "version \"v1.2\""},
	    {"version('latest')", "error `version('latest')`: text \"latest\" is not a version, which begins "
				  "with a digit, as 9.10"},
	    {"lower('ÄBC')", "\"Äbc\""},
	    {"lower(['A', 'B'])", "[\"a\",\"b\"]"},
	    {"trim(\" a b\\n\")", "\"a b\""},
	    {"text(port) + text(wait) + text(flag) + text(names)", "\"80001m30strueb, a, b\""},
	    {"text(ports)", "\"3, 1, 2\""},
	    {"text(data.deep)", "\"{\\\"a\\\":{}}\""},
	    {"json('{\"a\": [1, 2]}').a[1]", "2"},
	    {"json('')", "error not JSON: the text is empty"},
	    {"json(data.n)", "error `json(data.n)`: int 3 is not a text"},
	    {"now()", "1970-01-01T00:16:40.000Z"},
	};

	EXPECT(*state, rows);
}

static void
texts(void **state)
{
	static const struct expect_row rows[] = {
	    {"lines(\"a\\n\\nb\\r\\n\")", "[\"a\",\"\",\"b\"]"},
	    {"lines('')", "[]"},
	    {"lines(\"a\")", "[\"a\"]"},
	    {"split(' a  b\t c ')", "[\"a\",\"b\",\"c\"]"},
	    {"split('')", "[]"},
	    {"split('a,,b,', ',')", "[\"a\",\"\",\"b\",\"\"]"},
	    {"split('', ',')", "[\"\"]"},
	    {"split('a', '')", "error `split('a', '')` splits at an empty separator"},
	    {"split('a::b', '::')[1]", "\"b\""},
	    {"split(data.n)", "error split() takes a text, and `data.n` is int 3"},
	    {"rows(\"u pid=1 a\\nx\\nu pid=22\\n\", /pid=(?<pid>\\d+)(?: (?<rest>.*))?/)",
		"[{\"pid\":\"1\",\"rest\":\"a\"},{\"pid\":\"22\"}]"},
	    {"rows(\"pid=1\\npid=22\\n\", /pid=(?<pid>\\d+)/).pid", "[\"1\",\"22\"]"},
	    {"first(rows('pid=22', /pid=(?<pid>\\d+)(?<x>y)?/)).x",
		"unset first(rows('pid=22', /pid=(?<pid>\\d+)(?<x>y)?/)).x"},
	    {"rows('', /(?<a>x)/)", "[]"},
	    {"rows('abi', pat)", "[{}]"},
	    {"rows(data.n, /(?<a>x)/)", "error rows() takes a text, and `data.n` is int 3"},
	};

	EXPECT(*state, rows);
}

static void
wrong_arguments(void **state)
{
	static const struct expect_row rows[] = {
	    {"frist(names)", "0-5 there is no function `frist` | did you mean `first`?"},
	    {"port(1)", "0-4 there is no function `port` | did you mean `sort`?"},
	    {"first()", "0-7 first() is given 0 arguments | it is first(list of T) → T"},
	    {"now(1)", "0-6 now() is given 1 argument | it is now() → time"},
	    {"first(name)", "6-10 first() does not take `name`, which is text | it is first(list of T) → T"},
	    {"lower(port)", "6-10 lower() does not take `port`, which is int | it is lower(text) → text"},
	    {"len(port)",
		"4-8 len() does not take `port`, which is int | it is len(text, list or record) → int"},
	    {"sum(names)", "4-9 sum() does not take `names`, which is list of text | convert its items: "
			   "sum(number(names))"},
	    {"sum(port)", "4-8 sum() does not take `port`, which is int | it is sum(list of number, duration "
			  "or size) → the same"},
	    {"sort(table_rows)", "5-15 sort() does not take `table_rows`, which is list of record | it is "
				 "sort(list of T) → list of T"},
	    {"max(1, 'a')",
		"7-10 max() does not take `'a'`, which is text | it is max(list of T) → T, max(T, T, …) → T"},
	    {"any(table_rows)",
		"4-14 any() judges a list of bool, and `table_rows` is list of record | give a condition: "
		"any(table_rows where …); or count(table_rows) > 0"},
	    {"rows(name, /a/)",
		"11-14 rows() needs a regex with named groups, which become the members of each row | as in: "
		"rows(text, /(?<pid>\\d+) (?<name>\\S+)/)"},
	    {"rows(name, 'a')", "11-14 rows() does not take `'a'`, which is text | it is rows(text, /regex "
				"with (?<name>…)/) → "
				"list of records of text"},
	    {"rows(name, /(?<pid>a)/).pdi",
		"24-27 `rows(name, /(?<pid>a)/)` has no member `pdi` | there is `pid`"},
	    {"text(log)", "5-8 text() does not take `log`, which is step | it is text(value) → text"},
	    {"duration(limit)", "9-14 duration() does not take `limit`, which is size | it is duration(text "
				"or number) → duration"},
	};

	EXPECT(*state, rows);
}

/* Gives `never` a text and evaluates over it. */
static const char *
over(struct world *w, const char *text, const char *expr)
{
	struct rb_expr *e = world_parse(w, expr);

	assert_non_null(e);
	world_set(w, "never", rb_v_text(rb_str_c(text)));
	return world_render(w, rb_expr_eval(e, &w->ev));
}

static const char docker[] = "CONTAINER ID   NAME       CPU %     MEM USAGE / LIMIT   PIDS\n"
			     "3c5b0e1f2a77   api        0.25%     51.2MiB / 1.944GiB  12\n"
			     "9d1e6f0c4b21   db-main    101.50%   1.1GiB / 1.944GiB   40\n";

static const char kubectl[] = "NAME                     READY   STATUS             RESTARTS      AGE\n"
			      "api-7d4b9c-xk2p          1/1     Running            0             3d\n"
			      "web-5f6c7d-aaaa          0/1     CrashLoopBackOff   12 (2m ago)   40m\n";

static void
tables(void **state)
{
	struct world *w = *state;

	assert_string_equal(over(w, docker, "table(never)['CPU %']"), "[\"0.25%\",\"101.50%\"]");
	assert_string_equal(
	    over(w, docker, "(table(never) where number(item['CPU %']) > 50).NAME"), "[\"db-main\"]");
	assert_string_equal(
	    over(w, docker, "size(split(first(table(never))['MEM USAGE / LIMIT'], '/'))[1] > 1GiB"), "true");
	assert_string_equal(over(w, docker, "table(never)[1]"),
	    "{\"CONTAINER ID\":\"9d1e6f0c4b21\",\"NAME\":\"db-main\",\"CPU %\":\"101.50%\",\"MEM USAGE / "
	    "LIMIT\":\"1.1GiB / "
	    "1.944GiB\",\"PIDS\":\"40\"}");
	assert_string_equal(over(w, kubectl, "table(never).RESTARTS"), "[\"0\",\"12 (2m ago)\"]");
	assert_string_equal(over(w, kubectl, "first(table(never) where .STATUS == 'CrashLoopBackOff').NAME"),
	    "\"web-5f6c7d-aaaa\"");
	assert_string_equal(over(w, kubectl, "table(never).NOPE"), "unset table(never).NOPE");
}

static void
tables_that_are_not_aligned(void **state)
{
	struct world *w = *state;

	/* An empty cell between others stays empty. */
	assert_string_equal(over(w, "A     B     C\n1           3\n", "table(never)"),
	    "[{\"A\":\"1\",\"B\":\"\",\"C\":\"3\"}]");
	/* A cell longer than its column pushes the others on. */
	assert_string_equal(over(w, "NAME  ST  AGE\nlonger-name  up  3d\n", "table(never)"),
	    "[{\"NAME\":\"longer-name\",\"ST\":\"up\",\"AGE\":\"3d\"}]");
	/* With one missing as well, nobody knows which. */
	assert_string_equal(over(w, "NAME  ST          AGE\nlonger-name       3d\n", "table(never)"),
	    "error `table(never)`: line 2 does not keep to the columns of the header, which two blanks part: "
	    "`NAME` "
	    "`ST` `AGE`; read it with rows()");
	/* Numbers aligned to the right. */
	assert_string_equal(
	    over(w, "NAME    COUNT\na           7\nb       12345\n", "int(table(never).COUNT)"), "[7,12345]");
	/* Characters are counted, not bytes. */
	assert_string_equal(
	    over(w, "NÄME  X\nößß   1\n", "table(never)[0]"), "{\"NÄME\":\"ößß\",\"X\":\"1\"}");
	assert_string_equal(over(w, "A\tB C\n1\t\n2\t3 4\t\n", "table(never)"),
	    "[{\"A\":\"1\",\"B C\":\"\"},{\"A\":\"2\",\"B C\":\"3 4\"}]");
	assert_string_equal(over(w, "\n\nA  B\n\n1  2\n", "table(never)"), "[{\"A\":\"1\",\"B\":\"2\"}]");
	assert_string_equal(over(w, "A  B\n", "table(never)"), "[]");
	assert_string_equal(over(w, "", "table(never)"), "[]");
	assert_string_equal(
	    over(w, "A  A\n", "table(never)"), "error `table(never)`: the header line names a column twice");
}

/* Cells that touch with one blank between them are parted where the header says it without a doubt. */
static void
tables_that_touch(void **state)
{
	static const struct {
		const char *text, *row;
	} rows[] = {
	    {"USER      PID\npostgres 4242\n", "{\"USER\":\"postgres\",\"PID\":\"4242\"}"},
	    {"NAME     STATUS\nmy db 12 Up 3 h\n", "{\"NAME\":\"my db 12\",\"STATUS\":\"Up 3 h\"}"},
	    {"  USED   FREE  TOTAL\n102400 204800 307200\n",
		"{\"USED\":\"102400\",\"FREE\":\"204800\",\"TOTAL\":\"307200\"}"},
	    {"NAME    SIZE\nab cd efg 1234\n", NULL},
	    {"NAME    SIZE\nsome longer name 12\n", NULL},
	    {"A   B   C\naaa   bbbb\n", NULL},
	    {"A   B   C\naaa   bbbb  c\n", NULL},
	    {"A   B   C\naaaaa  b   c\n", "{\"A\":\"aaaaa\",\"B\":\"b\",\"C\":\"c\"}"},
	    {"NAME  READY\na  0/1\nc  0/1\n", NULL},
	    {"  A  B\nxx 1\n", NULL},
	    {"A\tB\n1\t2\t3\n", NULL},
	    /* The last column may hold any text. */
	    {"TYPE      MESSAGE\nWarning   Back-off  restarting   it\n",
		"{\"TYPE\":\"Warning\",\"MESSAGE\":\"Back-off  restarting   it\"}"},
	    {"TYPE      MESSAGE\nWarning  it\n", NULL},
	    {"ONLY\na  b\n", NULL},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *got = over(w, rows[i].text, "table(never)[0]");

		if (rows[i].row == NULL ? strstr(got, ": line 2 does not keep to the columns") == NULL
					: strcmp(got, rows[i].row) != 0)
			fail_msg("%s gives %s", rows[i].text, got);
	}
}

/* What programs print: read right, or refused. */
static void
tables_of_programs(void **state)
{
	static const struct {
		const char *text;
		const char *expr, *value; /* NULL: refused */
	} rows[] = {
	    {"Filesystem     1024-blocks     Used Available Capacity Mounted on\n"
	     "/dev/vda         263174212 20482304  75123456      22% /\n",
		NULL, NULL},
	    {"Filesystem               Size  Used Avail Use% Mounted on\n"
	     "devtmpfs                  12G     0   12G   0% /dev\n",
		NULL, NULL},
	    {"USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
	     "root         2  0.0  0.0      0     0 ?        S    06:48   0:00 [kthreadd]\n",
		NULL, NULL},
	    {"State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
	     "LISTEN 0      128          0.0.0.0:2024      0.0.0.0:*          \n",
		NULL, NULL},
	    {"Active Internet connections (only servers)\n"
	     "Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n"
	     "tcp        0      0 0.0.0.0:2024            0.0.0.0:*               LISTEN     \n",
		NULL, NULL},
	    {"Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n"
	     "tcp        0      0 0.0.0.0:2024            0.0.0.0:*               LISTEN     \n",
		NULL, NULL},
	    {"               total        used        free      shared  buff/cache   available\n"
	     "Mem:        24684092     1045692    20475580       18200     3529928    23638400\n",
		NULL, NULL},
	    {"NAME  MAJ:MIN RM  SIZE RO TYPE MOUNTPOINTS\nzram0 253:0    0    0B  0 disk \n", NULL, NULL},
	    {"Ver Cluster Port Status Owner    Data directory              Log file\n"
	     "15  main    5432 online postgres /var/lib/postgresql/15/main /var/log/postgresql/p.log\n",
		NULL, NULL},
	    {"  UNIT         LOAD   ACTIVE SUB     DESCRIPTION\n"
	     "  cron.service loaded active running Regular background program processing daemon\n"
	     "\n"
	     "LOAD   = Reflects whether the unit definition was properly loaded.\n",
		NULL, NULL},
	    {"CONTAINER ID   IMAGE         COMMAND                  CREATED        STATUS                    "
	     "PORTS  "
	     "                  NAMES\n"
	     "3c5b0e1f2a77   postgres:15   \"docker-entrypoint.s…\"   2 hours ago    Up 2 hours (healthy)    "
	     "  "
	     "5432/tcp                 shop-db-1\n"
	     "9d1e6f0c4b21   shop-api      \"uvicorn api.main:ap…\"   2 hours ago    Exited (137) 3 seconds "
	     "ago  "
	     "                        shop-api-1\n",
		"table(never).NAMES", NULL},
	    {"CONTAINER ID   IMAGE         COMMAND                  CREATED       STATUS                 "
	     "PORTS      NAMES\n"
	     "3c5b0e1f2a77   postgres:15   \"docker-entrypoint.s…\"   2 hours ago   Up 2 hours (healthy)   "
	     "5432/tcp   "
	     "shop-db-1\n"
	     "9d1e6f0c4b21   shop-api      \"uvicorn api.main:ap…\"   2 hours ago   Exited (137)             "
	     "         "
	     "shop-api-1\n",
		"table(never).PORTS", "[\"5432/tcp\",\"\"]"},
	    {"NAME                        READY   STATUS    RESTARTS      AGE\n"
	     "shop-api-7d4b9c6c5b-xk2pq   0/1     Error     12 (2m ago)   3d4h\n"
	     "shop-db-0                   1/1     Running   0             9d\n",
		"(table(never) where .READY == '0/1').RESTARTS", "[\"12 (2m ago)\"]"},
	    {"NAME           CPU(cores)   MEMORY(bytes)   \napi-7d4b9c     12m          128Mi           \n",
		"table(never)[0]['MEMORY(bytes)']", "\"128Mi\""},
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *got = over(w, rows[i].text, rows[i].expr != NULL ? rows[i].expr : "table(never)");

		if (rows[i].value == NULL ? strstr(got, " does not keep to the columns") == NULL
					  : strcmp(got, rows[i].value) != 0)
			fail_msg("%s gives %s", rows[i].text, got);
	}
}

static void
table_limits(void **state)
{
	struct world *w = *state;
	struct rb_buf b;

	rb_buf_init(&b, NULL, 4 << 20);
	for (int i = 0; i < 257; i++)
		rb_buf_fmt(&b, "c%d  ", i);
	rb_buf_c(&b, "\nx\n");
	assert_string_equal(over(w, rb_buf_cstr(&b), "table(never)"),
	    "error `table(never)`: the header line has more than 256 columns");
	rb_buf_clear(&b);
	for (int i = 0; i < 256; i++)
		rb_buf_fmt(&b, "c%d  ", i);
	for (int i = 0; i < RB_EXPR_CELLS / 256; i++)
		rb_buf_c(&b, "\nx");
	assert_string_equal(over(w, rb_buf_cstr(&b), "count(table(never))"), "4096");
	rb_buf_c(&b, "\nx");
	assert_string_equal(over(w, rb_buf_cstr(&b), "count(table(never))"),
	    "error `table(never)`: the table has more than 1048576 cells");
	rb_buf_free(&b);
}

/* Long lists cost no more than their length. */
static void
long_lists(void **state)
{
	struct world *w = *state;
	struct rb_buf b;
	int64_t before;

	rb_buf_init(&b, NULL, 1 << 20);
	for (int i = 0; i < 100000; i++)
		rb_buf_fmt(&b, "%d\n", i % 50000);
	before = rb_clock_mono();
	assert_string_equal(over(w, rb_buf_cstr(&b), "count(unique(lines(never)))"), "50000");
	assert_string_equal(over(w, rb_buf_cstr(&b), "sort(int(lines(never)))[-1]"), "49999");
	assert_true(rb_clock_mono() - before < 5 * RB_SECOND);
	rb_buf_free(&b);
}

static void
the_table_is_whole(void **state)
{
	struct world *w = *state;

	(void)w;
	for (const struct rb_func_row *row = rb_func_rows; row->name != NULL; row++) {
		assert_non_null(row->signature);
		assert_int_equal(strncmp(row->signature, row->name, strlen(row->name)), 0);
		assert_true(strlen(row->help) > 8);
		assert_true(row->max >= row->min);
		assert_non_null(row->check);
		assert_non_null(row->run);
	}
	for (const struct rb_oper_row *row = rb_oper_rows; row[1].name != NULL; row++)
		assert_true(row[0].binds <= row[1].binds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(lists, setup, teardown),
	    cmocka_unit_test_setup_teardown(conversions, setup, teardown),
	    cmocka_unit_test_setup_teardown(texts, setup, teardown),
	    cmocka_unit_test_setup_teardown(wrong_arguments, setup, teardown),
	    cmocka_unit_test_setup_teardown(tables, setup, teardown),
	    cmocka_unit_test_setup_teardown(tables_that_are_not_aligned, setup, teardown),
	    cmocka_unit_test_setup_teardown(tables_that_touch, setup, teardown),
	    cmocka_unit_test_setup_teardown(tables_of_programs, setup, teardown),
	    cmocka_unit_test_setup_teardown(table_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(long_lists, setup, teardown),
	    cmocka_unit_test_setup_teardown(the_table_is_whole, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
