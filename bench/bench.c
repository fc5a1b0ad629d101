/* Speed as ratios, each measured side by side in one run: `make bench` prints them.
 *
 *   bench BUILD_DIR [NAME]     RUNBOOK=PATH: another program than BUILD_DIR/runbook
 *
 * A benchmark is a table row: how to lay out its files, the command of ours, and those that it is compared
 * with. The commands take turns, so that what disturbs the machine disturbs all of them; the median of each
 * counts. The first comparison is the bar's. A missed bar is shown, and is no failure of
 * this program: it exits 1 only if something could not be measured. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"

enum {
	ROUNDS_MAX = 101,
	SIDES_MAX = 6,
	ARGS_MAX = 16,
	FILE_MAX = 16 << 20,
	STEPS = 1000,
	LOAD_STEPS = 10000,
	LOAD_STEPS_MANY = 100000, /* as many as a file may have */
	MIXED_STEPS = 7,          /* steps of one block of the mixed file */
	OPEN_DIRS = 16,           /* descriptors of nftw */
};
#define FLOOD_BYTES "1073741824"
#define LAST_LINE "the last line of the flood"

/* One command that is measured. */
struct side {
	const char *name;
	const char *argv[ARGS_MAX]; /* argv[0] NULL: not there on this machine */
	int64_t ns[ROUNDS_MAX];
	long rss_kib; /* the largest seen */
};

struct paths {
	char runbook[PATH_MAX], support[PATH_MAX]; /* absolute */
	char work[PATH_MAX];                       /* the working directory, removed at the end */
	char spawn_loop[PATH_MAX + 32], yaml_scan[PATH_MAX + 32], flood[PATH_MAX + 32];
	char cat_script[256];
};

struct bench {
	const char *name, *what;
	size_t rounds;
	/* Lays out files in the working directory and fills `sides`; returns how many, 0 on failure. */
	size_t (*prepare)(const struct paths *p, struct side *sides);
	/* The bar, against sides[1]; 0: none. */
	double ratio_max;
	int64_t more_max; /* ns */
	long rss_max_kib;
};

static int
write_file(const char *name, const struct rb_buf *b)
{
	FILE *f = fopen(name, "we");
	bool ok = f != NULL && fwrite(b->p, 1, b->len, f) == b->len;
	if (f != NULL && fclose(f) != 0)
		ok = false;
	if (!ok || b->lost > 0)
		fprintf(stderr, "bench: %s: %s\n", name, ok ? "too large" : strerror(errno));
	return ok && b->lost == 0 ? 0 : -1;
}

/* `head`, then `line` for 1..count with its number in place of "%d". */
static int
write_lines(const char *name, const char *head, const char *line, int count)
{
	struct rb_buf b;
	rb_buf_init(&b, NULL, FILE_MAX);
	rb_buf_c(&b, head);
	const char *hole = strstr(line, "%d");
	for (int i = 1; i <= count; i++) {
		if (hole != NULL) {
			rb_buf_add(&b, line, (size_t)(hole - line));
			rb_buf_fmt(&b, "%d", i);
		}
		rb_buf_c(&b, hole != NULL ? hole + 2 : line);
	}
	int rc = write_file(name, &b);
	rb_buf_free(&b);
	return rc;
}

static const char runbook_head[] = "runbook: bench\ntitle: A benchmark\nsteps:\n";

/* The shell command line that a script step runs, after what stands before it. */
#define SHELL_TRUE "bash", "-eu", "-o", "pipefail", "-c", "true"

static size_t
prepare_start(const struct paths *p, struct side *sides)
{
	if (write_lines("start.yaml", runbook_head, "  - {id: s%d, look: \"true\"}\n", 1) != 0)
		return 0;
	sides[0] = (struct side){.name = "runbook run", .argv = {p->runbook, "run", "start.yaml"}};
	sides[1] = (struct side){.name = "bare posix_spawn", .argv = {p->spawn_loop, "1", "-", SHELL_TRUE}};
	return 2;
}

/* Is the program in PATH? */
static bool
installed(const char *program)
{
	char path[PATH_MAX];
	const char *dirs = getenv("PATH");
	while (dirs != NULL && *dirs != '\0') {
		size_t n = strcspn(dirs, ":");
		int len = snprintf(path, sizeof(path), "%.*s/%s", (int)n, dirs, program);
		if (len > 0 && (size_t)len < sizeof(path) && access(path, X_OK) == 0)
			return true;
		dirs += n + (dirs[n] == ':' ? 1 : 0);
	}
	return false;
}

static size_t
prepare_reads(const struct paths *p, struct side *sides)
{
	if (write_lines("reads.yaml", runbook_head, "  - {id: s%d, look: \"true\"}\n", STEPS) != 0 ||
	    write_lines("reads.sh", "", "bash -eu -o pipefail -c true\n", STEPS) != 0 ||
	    write_lines("reads.mk", "SHELL := bash\n.SHELLFLAGS := -eu -o pipefail -c\nall:\n", "\t@true\n",
		STEPS) != 0 ||
	    write_lines("reads.just",
		"set shell := [\"bash\", \"-eu\", \"-o\", \"pipefail\", \"-c\"]\nall:\n", "    @true\n",
		STEPS) != 0)
		return 0;
	sides[0] = (struct side){.name = "runbook run", .argv = {p->runbook, "run", "reads.yaml"}};
	sides[1] =
	    (struct side){.name = "posix_spawn loop", .argv = {p->spawn_loop, "1000", "-", SHELL_TRUE}};
	sides[2] = (struct side){.name = "shell script", .argv = {"sh", "reads.sh"}};
	sides[3] = (struct side){.name = "make", .argv = {"make", "-s", "-f", "reads.mk"}};
	sides[4] = (struct side){.name = "just", .argv = {"just", "--justfile", "reads.just"}};
	if (!installed("just"))
		sides[4].argv[0] = NULL;
	return 5;
}

static size_t
prepare_changes(const struct paths *p, struct side *sides)
{
	if (write_lines("changes.yaml", runbook_head, "  - {id: s%d, run: \"true\"}\n", STEPS) != 0)
		return 0;
	sides[0] = (struct side){.name = "runbook run", .argv = {p->runbook, "run", "changes.yaml"}};
	sides[1] = (struct side){
	    .name = "posix_spawn loop, fdatasync", .argv = {p->spawn_loop, "1000", "loop.log", SHELL_TRUE}};
	return 2;
}

static size_t
prepare_output(const struct paths *p, struct side *sides)
{
	struct rb_buf b;
	struct rb_json j;
	rb_buf_init(&b, NULL, FILE_MAX);
	rb_json_init(&j, &b);
	rb_buf_c(&b, runbook_head);
	/* A list of JSON strings is one of YAML, too, whatever the path holds. */
	rb_buf_c(&b, "  - id: much\n    timeout: 10m\n    look: ");
	rb_json_open(&j, '[');
	rb_json_c(&j, p->flood);
	rb_json_c(&j, "stdout");
	rb_json_c(&j, FLOOD_BYTES);
	rb_json_c(&j, LAST_LINE);
	rb_json_close(&j, ']');
	rb_buf_c(&b, "\n    match:\n"
		     "      last: " LAST_LINE "\n"
		     "      port: /address already in use/i\n"
		     "      module: /No module named '(?<name>[^']+)'/\n"
		     "    expect:\n"
		     "      that: [this.last, not this.port]\n");
	int rc = write_file("output.yaml", &b);
	rb_buf_free(&b);
	sides[0] = (struct side){.name = "runbook run", .argv = {p->runbook, "run", "output.yaml"}};
	sides[1] = (struct side){.name = "cat > file", .argv = {"sh", "-c", p->cat_script}};
	return rc == 0 ? 2 : 0;
}

static size_t
load_of(const struct paths *p, struct side *sides, int steps)
{
	if (write_lines("load.yaml", runbook_head,
		"  - id: s%d\n"
		"    title: Look at one thing\n"
		"    look: uptime\n"
		"    timeout: 5s\n"
		"    match: {up: /up (?<days>\\d+) days/, load: load average}\n"
		"    on_fail: continue\n",
		steps) != 0)
		return 0;
	sides[0] = (struct side){.name = "runbook check", .argv = {p->runbook, "check", "load.yaml"}};
	sides[1] = (struct side){.name = "libyaml's scan", .argv = {p->yaml_scan, "load.yaml"}};
	return 2;
}

static size_t
prepare_load(const struct paths *p, struct side *sides)
{
	return load_of(p, sides, LOAD_STEPS);
}

static size_t
prepare_load_many(const struct paths *p, struct side *sides)
{
	return load_of(p, sides, LOAD_STEPS_MANY);
}

/* Steps of many kinds, which read each other's facts. */
static size_t
prepare_mixed(const struct paths *p, struct side *sides)
{
	if (write_lines("mixed.yaml",
		"runbook: bench\ntitle: A benchmark\n"
		"inputs: {unit: {type: text, default: web}}\n"
		"values: {times: {type: int, value: 0}}\n"
		"steps:\n",
		"  - block:\n"
		"      - id: disk%d\n"
		"        title: Look at the disk\n"
		"        look: |\n"
		"          df -P /srv/$unit | awk 'NR == 2 {print $5}'\n"
		"        timeout: 10s\n"
		"        match: {full: '/(?<percent>\\d+)%/'}\n"
		"        on_fail: continue\n"
		"      - title: Ask the service for its health\n"
		"        http: http://127.0.0.1:8080/health/${unit}\n"
		"        timeout: 5s\n"
		"        expect: {status: 200, that: this.time < 3s}\n"
		"        on_fail: continue\n"
		"      - branch:\n"
		"          - if: times > 3\n"
		"            then: [{say: Asked for long enough.}]\n"
		"          - else: [{set: {times: \"${times + 1}\"}}]\n"
		"      - title: Restart ${unit}\n"
		"        if: times > 3\n"
		"        run: systemctl restart \"$unit\"\n"
		"        retry: {times: 3, every: 2s, unsafe: true}\n",
		LOAD_STEPS / MIXED_STEPS) != 0)
		return 0;
	sides[0] = (struct side){.name = "runbook check", .argv = {p->runbook, "check", "mixed.yaml"}};
	sides[1] = (struct side){.name = "libyaml's scan", .argv = {p->yaml_scan, "mixed.yaml"}};
	return 2;
}

static const struct bench benches[] = {
    {"start", "start-up: one step that runs `true`", 101, prepare_start, .more_max = 2 * RB_MS},
    {"reads", "1,000 read steps of `true`", 5, prepare_reads, .ratio_max = 1.3},
    {"changes", "1,000 change steps of `true`, durable one by one", 5, prepare_changes, .ratio_max = 1.15},
    {"output", "1 GiB of output, three patterns", 3, prepare_output, .ratio_max = 2, .rss_max_kib = 16 << 10},
    {"load", "load and check of 10,000 steps", 11, prepare_load, .ratio_max = 2, .rss_max_kib = 25 << 10},
    {"load-mixed", "load and check of 10,000 steps of many kinds", 11, prepare_mixed, .ratio_max = 2},
    {"load-many", "load and check of 100,000 steps", 3, prepare_load_many, .ratio_max = 2},
};

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void
remove_tree(const char *path)
{
	if (nftw(path, remove_entry, OPEN_DIRS, FTW_DEPTH | FTW_PHYS) != 0 && errno != ENOENT)
		fprintf(stderr, "bench: %s stays: %s\n", path, strerror(errno));
}

/* Shows what the command said on stderr. */
static void
show_errors(void)
{
	char line[512];
	FILE *f = fopen("stderr", "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		fprintf(stderr, "  | %s", line);
	if (f != NULL)
		fclose(f);
}

/* Runs the command once: its time, and the most memory that it, or a child that it waited for, had. */
static int
measure(struct side *side, size_t round)
{
	posix_spawn_file_actions_t files;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	pid_t pid = 0;
	int status = 0;
	struct rusage used = {0};
	int64_t before = rb_clock_mono();
	int rc = posix_spawnp(&pid, side->argv[0], &files, NULL, (char *const *)side->argv, environ);
	if (rc == 0 && wait4(pid, &status, 0, &used) != pid)
		rc = errno;
	side->ns[round] = rb_clock_mono() - before;
	posix_spawn_file_actions_destroy(&files);
	if (rc != 0) {
		fprintf(stderr, "bench: %s: %s\n", side->argv[0], strerror(rc));
		return -1;
	}
	if (status != 0) {
		fprintf(stderr, "bench: %s: wait status 0x%x\n", side->name, (unsigned)status);
		show_errors();
		return -1;
	}
	side->rss_kib = used.ru_maxrss > side->rss_kib ? used.ru_maxrss : side->rss_kib;
	return 0;
}

static int
compare_ns(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static int64_t
median(struct side *side, size_t rounds)
{
	qsort(side->ns, rounds, sizeof(side->ns[0]), compare_ns);
	return side->ns[rounds / 2];
}

static void
show(const struct bench *b, struct side *sides, size_t count)
{
	int64_t ours = median(&sides[0], b->rounds);
	printf("\n%s: %s (median of %zu)\n", b->name, b->what, b->rounds);
	printf("  %-30s %10.2f ms  %6.1f MiB\n", sides[0].name, (double)ours / RB_MS,
	    (double)sides[0].rss_kib / 1024);
	for (size_t i = 1; i < count; i++) {
		if (sides[i].argv[0] == NULL) {
			printf("  %-30s not installed\n", sides[i].name);
			continue;
		}
		int64_t theirs = median(&sides[i], b->rounds);
		printf("  %-30s %10.2f ms  %6.1f MiB   ours: x %.2f, %+.2f ms", sides[i].name,
		    (double)theirs / RB_MS, (double)sides[i].rss_kib / 1024, (double)ours / (double)theirs,
		    (double)(ours - theirs) / RB_MS);
		if (i == 1 && b->ratio_max > 0)
			printf("  (bar: x %.2f) %s", b->ratio_max,
			    (double)ours <= b->ratio_max * (double)theirs ? "ok" : "MISSED");
		if (i == 1 && b->more_max > 0)
			printf("  (bar: %+.2f ms) %s", (double)b->more_max / RB_MS,
			    ours - theirs <= b->more_max ? "ok" : "MISSED");
		printf("\n");
	}
	if (b->rss_max_kib > 0)
		printf("  memory (bar: %ld MiB) %s\n", b->rss_max_kib / 1024,
		    sides[0].rss_kib < b->rss_max_kib ? "ok" : "MISSED");
}

static int
run_bench(const struct bench *b, const struct paths *p)
{
	struct side *sides = rb_alloc_zero(NULL, SIDES_MAX, sizeof(*sides));
	size_t count = b->prepare(p, sides);
	int rc = count == 0 ? -1 : 0;
	for (size_t round = 0; rc == 0 && round < b->rounds; round++) {
		for (size_t i = 0; rc == 0 && i < count; i++) {
			if (sides[i].argv[0] != NULL)
				rc = measure(&sides[i], round);
			/* The records and logs of a gibibyte a round; not within what is measured. */
			remove_tree("state");
		}
	}
	if (rc == 0)
		show(b, sides, count);
	else
		printf("\n%s: %s: could not be measured\n", b->name, b->what);
	fflush(stdout);
	rb_alloc_free(NULL, sides);
	return rc;
}

/* Finds the programs, makes a working directory and goes there. */
static int
settle(struct paths *p, const char *build)
{
	char absolute[PATH_MAX - 32];
	char found[PATH_MAX];
	const char *runbook = getenv("RUNBOOK");
	if (realpath(build, found) == NULL || strlen(found) >= sizeof(absolute)) {
		fprintf(stderr, "bench: %s: %s\n", build, strerror(errno));
		return -1;
	}
	memcpy(absolute, found, strlen(found) + 1);
	snprintf(p->runbook, sizeof(p->runbook), "%s/runbook", absolute);
	if (runbook != NULL && realpath(runbook, p->runbook) == NULL) {
		fprintf(stderr, "bench: RUNBOOK=%s: %s\n", runbook, strerror(errno));
		return -1;
	}
	snprintf(p->support, sizeof(p->support), "%s/support", absolute);
	snprintf(p->spawn_loop, sizeof(p->spawn_loop), "%s/spawn_loop", p->support);
	snprintf(p->yaml_scan, sizeof(p->yaml_scan), "%s/yaml_scan", p->support);
	snprintf(p->flood, sizeof(p->flood), "%s/flood", p->support);
	/* The path goes by the environment, so that nothing of it is shell text. */
	snprintf(p->cat_script, sizeof(p->cat_script),
	    "\"$FLOOD\" stdout " FLOOD_BYTES " '" LAST_LINE "' | cat > cat.log");
	snprintf(p->work, sizeof(p->work), "%s/bench/work.XXXXXX", absolute);
	if (mkdtemp(p->work) == NULL || chdir(p->work) != 0) {
		fprintf(stderr, "bench: %s: %s\n", p->work, strerror(errno));
		return -1;
	}
	char state[PATH_MAX + 16];
	snprintf(state, sizeof(state), "%s/state", p->work);
	return setenv("FLOOD", p->flood, 1) == 0 && setenv("XDG_STATE_HOME", state, 1) == 0 ? 0 : -1;
}

int
main(int argc, char **argv)
{
	struct paths p = {0};
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: bench BUILD_DIR [NAME]\n");
		return 2;
	}
	bool known = argc == 2, failed = false;
	for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++)
		known = known || strcmp(argv[2], benches[i].name) == 0;
	if (!known) {
		fprintf(stderr, "bench: there is no %s; there are:", argv[2]);
		for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++)
			fprintf(stderr, " %s", benches[i].name);
		fprintf(stderr, "\n");
		return 2;
	}
	if (settle(&p, argv[1]) != 0)
		return 1;
	for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
		if (argc == 2 || strcmp(argv[2], benches[i].name) == 0)
			failed = run_bench(&benches[i], &p) != 0 || failed;
	}
	if (chdir("/") == 0)
		remove_tree(p.work);
	return failed ? 1 : 0;
}
