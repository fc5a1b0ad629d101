/* The paths of small files: each with exactly the warnings that are due, by line and column, or with none.
 * What must not be warned of is the greater half: a lint that cries wolf is switched off. */
#include "kinds/load.h"

#include <time.h>

#include "lint/lint.h"
#include "lint/paths.h"

enum { TEXT_BYTES = 1 << 20 };

/* In seconds of processor time, whatever else runs. Sanitizers make everything some ten times as slow. */
#ifdef __SANITIZE_ADDRESS__
#define COST_MAX 30.0
#else
#define COST_MAX 3.0
#endif

/* The three lines before `body` are not shown: it begins at line 4. */
#define HEAD                                                                                                 \
	"runbook: t\ntitle: T\ninputs: {mode: {default: a}, port: {type: port, default: 9}, n: {type: int, " \
	"default: 1}}\n"

struct row {
	const char *name, *body, *want;
};

/* ---- facts that may be unset ---- */

static const struct row unset[] = {
    {"a step that is jumped over",
	"steps:\n"
	"  - {id: health, http: http://h/, on_pass: goto start, on_fail: continue}\n"
	"  - {id: holder, port: 9}\n"
	"  - {id: start, say: \"${holder.pid}\"}\n",
	"7:25 W005 `holder.pid` is not set when the run comes here by health (on_pass), without `holder`\n"},
    {"a step that comes later", "steps:\n  - say: \"${b.stdout}\"\n  - {id: b, look: x}\n",
	"5:13 W005 `b.stdout` is not set when the run comes here without `b`\n"},
    {"a step that is skipped", "steps:\n  - {id: a, if: mode == 'x', look: x}\n  - say: \"${a.stdout}\"\n",
	"6:13 W005 `a.stdout` is not set when the run comes here by a (skipped), skipping `a`\n"},
    {"nothing was done, so nothing was found",
	"steps:\n  - {id: a, run: x, done_if: {look: y}}\n  - say: \"${a.stdout}\"\n",
	"6:13 W005 `a.stdout` is not set when the run comes here by a (done already), after nothing had to "
	"be "
	"done by `a`\n"},
    {"a capture of a look that failed",
	"steps:\n  - {id: a, look: x, capture: {n: int(this.stdout)}, on_fail: continue}\n"
	"  - look: echo \"$a_n\"\n",
	"6:18 W005 `a.n` is not set when the run comes here by a (on_fail), after a failure of `a`\n"},
    {"the same, seen from the list of its edge",
	"steps:\n  - id: a\n    look: x\n    capture: {n: int(this.stdout)}\n"
	"    on_fail: [{look: echo \"$a_n\"}]\n",
	"8:29 W005 `a.n` is not set when the run comes here by a (on_fail), after a failure of `a`\n"},
    {"no answer has no status",
	"steps:\n  - {id: a, http: http://h/, on_fail: continue}\n  - {if: a.status == 500, say: x}\n",
	"6:10 W005 `a.status` is not set when the run comes here by a (on_fail), after a failure of `a`\n"},
    {"nobody listens",
	"steps:\n  - {id: a, port: 9, on_fail: continue}\n  - process: {stop: \"${a.process}\"}\n",
	"6:24 W005 `a.process` is not set when the run comes here by a (on_fail), after a failure of `a`\n"},
    {"the reason of a failure, after a pass",
	"steps:\n  - {id: a, look: x, on_fail: continue}\n  - say: \"${a.error}\"\n",
	"6:13 W005 `a.error` is not set when the run comes here after a pass of `a`\n"},
    {"a guard of another condition",
	"steps:\n  - {id: a, if: mode == 'x', look: x}\n  - {if: mode == 'y', say: \"${a.stdout}\"}\n",
	"6:31 W005 `a.stdout` is not set when the run comes here by a (skipped), skipping `a`\n"},
    {"an arm that was not taken",
	"steps:\n  - branch:\n      - if: mode == 'x'\n        then: [{id: a, look: x}]\n  - say: "
	"\"${a.stdout}\"\n",
	"8:13 W005 `a.stdout` is not set when the run comes here by the `branch` at line 5 (no arm holds), "
	"without `a`\n"},
    {"an arm, read under a condition that has nothing to do with it",
	"steps:\n  - branch:\n      - if: mode == 'x'\n        then: [{id: a, look: x}]\n"
	"  - {if: n > 3, say: \"${a.stdout}\"}\n",
	"8:25 W005 `a.stdout` is not set when the run comes here by the `branch` at line 5 (no arm holds), "
	"without `a`\n"},
    {"of two that read it, the first is told",
	"steps:\n  - {id: a, if: mode == 'x', look: x}\n  - say: \"${a.stdout}\"\n  - say: \"${a.stdout}\"\n",
	"6:13 W005 `a.stdout` is not set when the run comes here by a (skipped), skipping `a`\n"},
    {"going back forgets",
	"steps:\n"
	"  - {id: again, look: x}\n"
	"  - {if: again.passed and n > 5, say: \"${b.stdout}\"}\n"
	"  - {id: b, look: y, on_fail: goto again}\n",
	"6:42 W005 `b.stdout` is not set when the run comes here without `b`\n"},
    {"a finally, when the body broke off",
	"steps:\n"
	"  - block:\n"
	"      - {id: tmp, run: mktemp -d, capture: {dir: first(lines(this.stdout))}}\n"
	"      - run: use \"$tmp_dir\"\n"
	"    finally:\n"
	"      - run: rm -r \"$tmp_dir\"\n",
	"9:22 W005 `tmp.dir` is not set when the run comes here by tmp (it fails), after a failure of "
	"`tmp`\n"},
    {"the finally of the file",
	"steps:\n  - look: x\n  - {id: b, look: y}\nfinally:\n  - say: \"${b.stdout}\"\n",
	"8:13 W005 `b.stdout` is not set when the run comes here by the `look` at line 5 (it fails), without "
	"`b`\n"},
    {"a rung comes at any time",
	"escalate:\n  - {after: 15m, steps: [{say: \"${a.stdout}\"}]}\nsteps:\n  - {id: a, look: x}\n",
	"5:35 W005 `a.stdout` is not set when the run comes here by escalate (after 15m), without `a`\n"},
    {"a procedure",
	"steps:\n  - call: p\nprocedures:\n  p:\n    steps:\n      - {if: n > 3, id: a, look: x}\n"
	"      - say: \"${a.stdout}\"\n",
	"10:17 W005 `a.stdout` is not set when the run comes here by a (skipped), skipping `a`\n"},
    {"what a call gives, where it was skipped",
	"steps:\n  - {id: c, if: n > 3, call: p}\n  - say: \"${c.out}\"\nprocedures:\n"
	"  p: {steps: [{id: a, look: x}], outputs: {out: a.stdout}}\n",
	"6:13 W005 `c.out` is not set when the run comes here by c (skipped), skipping `c`\n"},
    {"what a call gives, where it failed at once",
	"steps:\n  - {id: c, call: p, on_fail: continue}\n  - say: \"${c.out}\"\nprocedures:\n"
	"  p: {steps: [{say: x}, {id: a, look: x}, {id: b, look: y}], outputs: {out: b.stdout}}\n",
	"6:13 W005 `c.out` is not set when the run comes here by c (on_fail), after a failure of `c`\n"},
    {"what a call gives of the step that failed",
	"steps:\n  - {id: c, call: p, on_fail: continue}\n  - say: \"${c.out}\"\nprocedures:\n"
	"  p: {steps: [{id: a, http: http://h/}], outputs: {out: a.status}}\n",
	"6:13 W005 `c.out` is not set when the run comes here by c (on_fail), after a failure of `c`\n"},
    {"what a call of a call gives",
	"steps:\n  - {id: c, call: p, on_fail: continue}\n  - {if: c.failed, say: "
	"\"${c.out}\"}\nprocedures:\n"
	"  p: {steps: [{id: q, call: q}, {id: b, look: y}], outputs: {out: b.stdout}}\n"
	"  q: {steps: [{look: x}]}\n",
	"6:28 W005 `c.out` is not set when the run comes here by c (on_fail), after a failure of `c`\n"},
    {"a loop over a list that was not looked at",
	"steps:\n  - {id: f, look: x, capture: {items: lines(this.stdout), more: lines(this.stdout)}}\n"
	"  - {id: l, for_each: {in: f.items, as: i}, look: x \"$i\"}\n"
	"  - {id: x, if: l.count > 0, look: y}\n  - {if: mode == 'x', say: \"${x.stdout}\"}\n",
	"8:31 W005 `x.stdout` is not set when the run comes here by x (skipped), skipping `x`\n"},
    {"the right side of `and` that the left one lets through",
	"steps:\n  - {id: a, if: n > 3, look: x}\n  - {if: mode == 'x' and a.exit == 0, say: x}\n",
	"6:26 W005 `a.exit` is not set when the run comes here by a (skipped), skipping `a`\n"},
    {"`or` reads on where the left side is false",
	"steps:\n  - {id: a, if: n > 3, look: x}\n  - {if: a.passed or a.exit == 0, say: x}\n",
	"6:22 W005 `a.exit` is not set when the run comes here by a (skipped), skipping `a`\n"},
    {"a confirmation",
	"steps:\n  - {id: a, port: 9, on_fail: continue}\n  - {run: x, confirm: \"Stop ${a.command}?\"}\n",
	"6:31 W005 `a.command` is not set when the run comes here by a (on_fail), after a failure of `a`\n"},
    {"the way with the fewest turns is told",
	"steps:\n"
	"  - {id: a, look: x, on_fail: continue}\n  - {id: b, look: x, on_fail: continue}\n"
	"  - {id: c, look: x, on_fail: continue}\n  - {id: d, look: x, on_fail: continue}\n"
	"  - {if: a.failed and b.failed and c.failed and d.failed, say: x, on_pass: goto f}\n"
	"  - {if: n > 1, say: x, on_pass: goto g}\n"
	"  - {id: e, look: x, on_pass: end failed}\n"
	"  - {id: f, if: n < 2, say: x}\n"
	"  - {id: g, say: \"${e.stdout}\"}\n",
	"13:21 W005 `e.stdout` is not set when the run comes here by the `say` at line 9 (skipped) → the "
	"`say` at "
	"line 10 (on_pass), without `e`\n"},
    {"of a long way the beginning is left out",
	"steps:\n"
	"  - {id: a, look: x, on_fail: continue}\n  - {id: b, look: x, on_fail: continue}\n"
	"  - {id: c, look: x, on_fail: continue}\n  - {id: d, look: x, on_fail: continue}\n"
	"  - {id: e, look: x, on_fail: continue}\n  - {id: f, look: x}\n"
	"  - {id: g, if: a.passed or b.passed or c.passed or d.passed or e.passed, look: x}\n"
	"  - say: \"${g.stdout}\"\n",
	"12:13 W005 `g.stdout` is not set when the run comes here by … → b (on_fail) → c (on_fail) → d "
	"(on_fail) → e "
	"(on_fail) → g (skipped), skipping `g`\n"},
    {"?? catches where it stands, and nowhere else",
	"steps:\n  - {id: a, http: \"http://localhost/\", on_fail: continue}\n"
	"  - {if: (a.status ?? 0) != 502 and a.status != 504, say: x}\n"
	"  - {if: (a.status ?? 0) == 502 and a.status != 504, say: x}\n"
	"  - {if: defined(a.status) and a.status != 504, say: x}\n",
	"6:37 W005 `a.status` is not set when the run comes here by a (on_fail), after a failure of `a`\n"},
};

static const struct row set[] = {
    {"its own step decides", "steps:\n  - {id: a, look: x}\n  - say: \"${a.stdout}\"\n", ""},
    {"a failure ends the run",
	"steps:\n  - {id: a, look: x, capture: {n: int(this.stdout)}, on_fail: {end: escalated}}\n"
	"  - say: \"${a.n}\"\n",
	""},
    {"?? catches", "steps:\n  - {id: a, if: n > 1, look: x}\n  - say: \"${a.stdout ?? 'none'}\"\n", ""},
    {"defined() catches",
	"steps:\n  - {id: a, if: n > 1, look: x}\n  - {if: defined(a.exit), say: \"${a.exit}\"}\n", ""},
    {"the step's own words are always there",
	"steps:\n  - {id: a, if: n > 1, look: x, on_fail: continue}\n"
	"  - {if: a.passed or a.failed or a.skipped or a.timed_out, say: x}\n",
	""},
    {"a guard that it passed",
	"steps:\n  - {id: a, if: n > 1, look: x, capture: {n: int(this.stdout)}, on_fail: continue}\n"
	"  - {if: a.passed, say: \"${a.n}\"}\n",
	""},
    {"a guard that it did not fail, was not skipped",
	"steps:\n  - {id: a, if: n > 1, look: x, capture: {n: int(this.stdout)}, on_fail: continue}\n"
	"  - {if: not (a.failed or a.skipped), say: \"${a.n}\"}\n",
	""},
    {"and goes on only where the left side holds",
	"steps:\n  - {id: a, look: x, capture: {n: int(this.stdout)}, on_fail: continue}\n"
	"  - {if: a.passed and a.n > 3, say: x}\n  - {if: a.failed or a.n > 3, say: x}\n",
	""},
    {"one or the other",
	"steps:\n  - {id: a, look: x, capture: {n: int(this.stdout)}, on_fail: continue}\n"
	"  - say: \"${a.n if a.passed else 0}\"\n",
	""},
    {"somebody listens",
	"steps:\n  - {id: a, port: 9, on_fail: continue}\n  - {if: a.listening, say: \"${a.pid}\"}\n", ""},
    {"somebody runs",
	"steps:\n  - {id: a, process: x, on_fail: continue}\n  - {if: a.count > 0, say: \"${a.command}\"}\n"
	"  - {if: a.count == 0, say: x}\n",
	""},
    {"a connection",
	"steps:\n  - {id: a, tcp: \"h:1\", on_fail: continue}\n  - {if: a.connected, say: "
	"\"${a.address}\"}\n",
	""},
    {"matches are there whenever it ran",
	"steps:\n  - {id: log, look: x, match: {bad: /e/, worse: '/f (?<what>.*)/'}, on_fail: continue}\n"
	"  - branch:\n"
	"      - {if: log.bad, then: [{say: x}]}\n"
	"      - {if: log.worse, then: [{say: \"${log.worse.what}\"}]}\n",
	""},
    {"what any output gives is there when it failed",
	"steps:\n  - {id: a, look: x, capture: {t: trim(this.stdout), bad: this.stdout contains 'x'}, "
	"on_fail: continue}\n"
	"  - say: \"${a.t} ${a.stdout} ${a.exit} ${a.bad}\"\n",
	""},
    {"a default",
	"steps:\n  - {id: a, look: x, capture: {n: {value: int(this.stdout), default: 0}}, on_fail: "
	"continue}\n"
	"  - say: \"${a.n}\"\n",
	""},
    {"a step that judges what it found has found it",
	"steps:\n"
	"  - {id: a, look: x, capture: {n: int(this.stdout)}, expect: {that: this.n < 90}, on_fail: "
	"continue}\n"
	"  - {if: a.failed, say: \"${a.n}\"}\n",
	""},
    {"a script's own default",
	"steps:\n  - {id: a, if: n > 1, look: x}\n  - look: echo \"${a_exit:-none}\"\n", ""},
    {"titles, notes, reasons may have holes",
	"steps:\n  - {id: a, if: n > 1, look: x}\n  - {title: \"${a.exit}\", note: \"${a.exit}\", look: x,\n"
	"     on_fail: {end: {failed: \"${a.exit}\"}}}\n",
	""},
    {"the same condition twice",
	"steps:\n  - {id: a, if: mode == 'x', look: x}\n  - {if: mode == 'x', say: \"${a.stdout}\"}\n", ""},
    {"the same condition, the other way round",
	"steps:\n  - {id: a, if: mode != 'x', look: x}\n  - {if: not (mode == 'x'), say: \"${a.stdout}\"}\n"
	"  - branch:\n      - {if: mode == 'x', then: [{say: x}]}\n      - else: [{say: \"${a.stdout}\"}]\n",
	""},
    {"the same in an arm",
	"steps:\n  - branch:\n      - {if: mode == 'x', then: [{id: a, look: x}]}\n"
	"  - {if: mode == 'x', say: \"${a.stdout}\"}\n",
	""},
    {"one condition that follows from the other",
	"steps:\n  - {id: a, if: n > 3, look: x}\n  - {if: n > 5, say: \"${a.stdout}\"}\n", ""},
    {"conditions that may follow from each other: nothing is said",
	"steps:\n  - {id: a, if: \"mode in ['x', 'y']\", look: x}\n  - {if: mode == 'x', say: "
	"\"${a.stdout}\"}\n",
	""},
    {"a guard over a later step",
	"steps:\n  - {id: a, look: x, on_fail: continue}\n  - {id: b, if: a.passed, look: y}\n"
	"  - {if: b.passed, say: \"${b.stdout}\"}\n  - {if: not b.skipped, say: \"${b.stdout}\"}\n",
	""},
    {"whoever comes here has passed there",
	"steps:\n  - {id: a, look: x, on_fail: continue}\n  - {id: b, if: a.passed, look: y}\n"
	"  - {if: a.failed, end: failed}\n  - say: \"${b.stdout}\"\n",
	""},
    {"a group that passed",
	"steps:\n  - id: all\n    checks: [{id: a, port: 9}, {id: b, http: http://h/}]\n    on_fail: "
	"continue\n"
	"  - {if: all.passed, say: \"${a.pid} ${b.status}\"}\n",
	""},
    {"a value that is set with it: nothing is said",
	"values: {found: \"no\"}\n"
	"steps:\n  - branch:\n      - if: n > 3\n        then: [{id: a, look: x}, {set: {found: \"yes\"}}]\n"
	"  - {if: found == 'yes', say: \"${a.stdout}\"}\n  - {if: found == 'no', end: failed}\n  - say: "
	"\"${a.stdout}\"\n",
	""},
    {"whoever read it had it",
	"steps:\n  - {id: a, look: x, capture: {n: int(this.stdout)}, on_fail: continue}\n"
	"  - {if: a.n > 3, say: \"${a.n}\"}\n",
	"6:10 W005 `a.n` is not set when the run comes here by a (on_fail), after a failure of `a`\n"},
    {"going back and coming again",
	"steps:\n  - {id: a, look: x}\n  - {id: b, look: y}\n  - {look: z \"$b_stdout\", on_fail: goto a}\n"
	"  - say: \"${b.stdout}\"\n",
	""},
    {"in a loop",
	"steps:\n  - for_each: {in: '[1, 2]', as: i}\n    block:\n      - {id: a, look: x}\n      - say: "
	"\"${a.stdout}\"\n"
	"  - {id: l, for_each: {in: '[1, 2]', as: k}, look: echo \"$k\", on_fail: continue}\n"
	"  - say: \"${l.count} ${l.passed} ${l.results}\"\n",
	""},
    {"in the finally of its block",
	"steps:\n  - block:\n      - look: x\n    finally:\n      - {id: a, look: x}\n      - say: "
	"\"${a.stdout}\"\n"
	"  - say: \"${a.stdout}\"\n",
	""},
    {"an answer in its own arms",
	"steps:\n  - id: q\n    ask:\n      question: Which?\n      choices:\n        - {choice: one, then: "
	"[{say: \"${q.answer}\"}]}\n"
	"        - {choice: two}\n  - say: \"${q.answer}\"\n",
	""},
    {"what a call gives, under a guard",
	"steps:\n  - {id: c, call: p, on_fail: continue}\n  - {if: c.passed, say: \"${c.out}\"}\n"
	"  - {if: not c.failed and c.out == 'x', say: x}\n  - say: \"${c.out ?? 'none'}\"\n"
	"  - {if: defined(c.out), say: \"${c.out} ${c.more}\"}\nprocedures:\n"
	"  p: {steps: [{id: a, look: x}, {id: b, look: y}], outputs: {out: b.stdout, more: b.stderr}}\n",
	""},
    {"what a call gives that found it before it failed",
	"steps:\n  - {id: c, call: p, on_fail: continue}\n  - say: \"${c.out} ${c.exit}\"\nprocedures:\n"
	"  p: {steps: [{id: a, look: x}], outputs: {out: a.stdout, exit: a.exit}}\n",
	""},
    {"what a call gives where its first step may fail: nothing is said of the others",
	"steps:\n  - {id: c, call: p, on_fail: continue}\n  - say: \"${c.out}\"\nprocedures:\n"
	"  p: {steps: [{look: x, on_fail: continue}, {id: b, look: y}], outputs: {out: b.stdout}}\n",
	""},
    {"what a call gives in any case",
	"steps:\n  - {id: c, call: p, on_fail: continue}\n  - say: \"${c.out} ${c.either} "
	"${c.known}\"\nprocedures:\n"
	"  p: {steps: [{id: a, look: x}, {id: b, look: y}],\n"
	"      outputs: {out: b.stdout ?? 'none', either: a.stdout if b.failed else b.stdout, known: "
	"b.passed}}\n",
	""},
    {"what a call gives from its `finally`",
	"steps:\n  - {id: c, call: p, on_fail: continue}\n  - say: \"${c.out}\"\nprocedures:\n"
	"  p: {steps: [{id: a, look: x}], finally: [{id: b, look: y}], outputs: {out: b.stdout}}\n",
	""},
    {"how often a loop went round, and what it goes over: nothing is said",
	"steps:\n  - {id: f, look: x, capture: {items: lines(this.stdout)}}\n"
	"  - {id: l, for_each: {in: f.items, as: i, stop_on_fail: true}, look: x \"$i\", on_fail: continue}\n"
	"  - {id: x, if: len(f.items) > 0, look: y}\n  - {if: l.count > 0, say: \"${x.stdout}\"}\n"
	"  - {if: l.failed > 0, say: \"${x.stdout}\"}\n"
	"  - {id: z, if: l.count > 0, look: y}\n  - {if: len(f.items) > 0, say: \"${z.stdout}\"}\n",
	""},
    {"a script passes by its exit, and fails by it",
	"steps:\n  - {id: a, look: x, on_fail: continue}\n  - {id: b, if: a.exit == 0, look: y}\n"
	"  - {id: c, if: a.passed, say: \"${b.stdout}\"}\n  - {id: d, if: a.passed, look: z}\n"
	"  - {if: a.exit == 0, say: \"${d.stdout}\"}\n",
	""},
    {"by the exit that is expected",
	"steps:\n  - {id: a, look: x, expect: {exit: [0, 3]}}\n  - {id: b, if: a.exit != 1, look: y}\n"
	"  - say: \"${b.stdout}\"\n  - {id: c, if: a.exit == 3, look: y}\n  - say: \"${c.stdout}\"\n",
	"9:13 W005 `c.stdout` is not set when the run comes here by c (skipped), skipping `c`\n"},
    {"a port passes when somebody listens, a process when one runs",
	"steps:\n  - {id: a, port: 9, on_fail: continue}\n  - {id: b, if: a.listening, look: y}\n"
	"  - {if: a.passed, say: \"${b.stdout}\"}\n  - {id: p, process: x, on_fail: continue}\n"
	"  - {id: q, if: p.count > 0, look: y}\n  - {if: p.passed, say: \"${q.stdout}\"}\n",
	""},
    {"what failed has an error, and nothing else has",
	"steps:\n  - {id: a, look: x, on_fail: continue}\n  - {id: b, if: defined(a.error), look: y}\n"
	"  - {if: a.failed, say: \"${b.stdout}\"}\n",
	""},
    {"a group fails with one of its items",
	"steps:\n  - {id: g, checks: [{id: a, look: x}, {id: b, port: 9}], on_fail: continue}\n"
	"  - {id: c, if: g.passed, look: y}\n  - {if: a.passed and b.passed, say: \"${c.stdout}\"}\n",
	""},
    {"or at its own limit",
	"steps:\n  - {id: g, timeout: 5s, checks: [{id: a, look: x}, {id: b, port: 9}], on_fail: continue}\n"
	"  - {id: c, if: g.passed, look: y}\n  - {if: a.passed, say: \"${c.stdout}\"}\n",
	"7:28 W005 `c.stdout` is not set when the run comes here by g (on_fail) → c (skipped), skipping "
	"`c`\n"},
    {"a value that is made of an input: nothing is said",
	"values: {dir: \"/srv/${mode}\", deep: \"${n > 3}\"}\n"
	"steps:\n  - {id: a, if: mode == 'x', look: x}\n  - {if: dir == '/srv/x', say: \"${a.stdout}\"}\n"
	"  - {id: b, if: deep, look: x}\n  - {if: n > 3, say: \"${b.stdout}\"}\n",
	""},
    {"no whole number stands between",
	"steps:\n  - {id: a, if: n >= 3, look: x}\n  - {if: n > 2, say: \"${a.stdout}\"}\n", ""},
    {"the answer of each choice",
	"steps:\n  - id: q\n    ask:\n      question: Which?\n      choices:\n"
	"        - {choice: one, then: [{id: a, look: x}]}\n        - {choice: two, then: [{id: b, look: "
	"x}]}\n"
	"  - {if: q.answer == 'one', say: \"${a.stdout}\"}\n  - {if: q.answer == 'two', say: "
	"\"${b.stdout}\"}\n",
	""},
    {"of several choices: nothing is said",
	"steps:\n  - id: q\n    ask:\n      question: Which?\n      type: many\n      choices:\n"
	"        - {choice: one, then: [{id: a, look: x}]}\n        - {choice: two, then: [{id: b, look: "
	"x}]}\n"
	"  - {if: q.answer contains 'one', say: \"${a.stdout}\"}\n",
	""},
    {"its own verify", "steps:\n  - {id: a, run: x, verify: {look: test \"$a_exit\" = 0}}\n", ""},
};

/* ---- steps that nothing leads to, circles, ends, bounds ---- */

static const struct row others[] = {
    {"behind an end", "steps:\n  - end: failed\n  - {id: a, look: x}\n  - look: y\n",
	"6:5 W006 `a` is never reached: the `end` at line 5 before it always leads elsewhere\n"},
    {"behind a goto, and come to by another",
	"steps:\n  - {id: a, look: x, on_fail: goto c}\n  - goto: d\n  - {id: c, look: y}\n  - {id: d, look: "
	"z}\n",
	""},
    {"a condition that never holds", "steps:\n  - {id: a, if: \"false\", look: x}\n",
	"5:18 W006 `a` is always skipped: its condition never holds\n"},
    {"an arm behind one that always holds",
	"steps:\n  - branch:\n      - {if: \"true\", then: [{say: x}]}\n      - {if: n > 3, then: [{say: "
	"y}]}\n",
	"7:9 W006 this arm is never taken: one before it always holds\n"},
    {"an arm that never holds",
	"steps:\n  - branch:\n      - {if: \"1 > 2 and false\", then: [{say: x}]}\n      - else: [{say: "
	"y}]\n",
	"6:9 W006 this arm is never taken: its condition never holds\n"},
    {"behind a branch whose arms all lead away",
	"steps:\n  - branch:\n      - {if: n > 3, then: {end: failed}}\n      - {else: {end: escalated}}\n  "
	"- {id: a, look: x}\n",
	"8:5 W006 `a` is never reached: the `branch` at line 5 before it always leads elsewhere\n"},
    {"an end under a condition", "steps:\n  - {if: n > 3, end: failed}\n  - {id: a, look: x}\n", ""},
    {"behind done", "steps:\n  - call: p\nprocedures:\n  p:\n    steps: [done, {id: a, look: x}]\n",
	"8:19 W006 `a` is never reached: the `done` at line 8 before it always leads elsewhere\n"},
    {"a procedure that nothing calls", "steps:\n  - look: x\nprocedures:\n  p: {steps: [{look: x}]}\n",
	"7:3 W006 nothing calls the procedure `p`\n"},
    {"a procedure for --from", "steps:\n  - look: x\nprocedures:\n  p: {title: P, steps: [{look: x}]}\n", ""},
    {"a rung that is due when the run is over",
	"timeout: 10m\nescalate: [{after: 10m, contact: us}, {after: 9m, contact: them}]\nsteps:\n  - look: "
	"x\n",
	"5:12 W006 this escalation never comes: it is due after 10m, and the run's timeout is 10m\n"},
    {"a rung that `end escalated` sets off",
	"timeout: 10m\nescalate: [{after: 15m, contact: us}, {on: failed, contact: them}]\nsteps:\n"
	"  - {look: x, on_fail: end escalated}\n",
	""},
    {"the edge of what cannot fail",
	"steps:\n  - branch:\n      - {if: n > 3, then: [{say: x}]}\n    on_fail: [{say: y}]\n", ""},

    {"a circle", "steps:\n  - {id: a, look: x, on_fail: continue}\n  - wait: 10s\n  - goto: a\n",
	"7:5 W007 nothing leads out of the circle a → the `wait` at line 6 → a but a failure, or the 3 "
	"visits that "
	"`max_visits` allows\n"},
    {"a circle of an edge, and its own bound",
	"steps:\n  - {id: a, max_visits: 9, look: x, on_pass: goto a}\n",
	"5:46 W007 nothing leads out of the circle a → a but a failure, or the 9 visits that `max_visits` "
	"allows\n"},
    {"a circle with a way out",
	"steps:\n  - {id: a, look: x, on_fail: continue}\n  - {if: a.failed, goto: a}\n", ""},
    {"a circle that a failure is sent out of",
	"steps:\n  - {id: a, look: x, on_fail: {end: failed}}\n  - goto: a\n", ""},
    {"a circle through a question",
	"steps:\n  - id: q\n    ask: {question: Again?, choices: [{choice: yes, then: {goto: q}}, {choice: "
	"no}]}\n",
	""},

    {"an end that is not named",
	"steps:\n  - {id: a, look: x, on_pass: end resolved, on_fail: continue}\n"
	"  - branch:\n      - {if: n > 3, then: {end: resolved}}\n",
	"6:5 W008 the run can come to the end of the file without an `end`, by a (on_fail) → the `branch` at "
	"line 6 "
	"(no arm holds): that counts as resolved\n"},
    {"every end is named",
	"steps:\n  - {id: a, look: x, on_pass: end resolved, on_fail: continue}\n"
	"  - branch:\n      - {if: n > 3, then: {end: resolved}}\n      - {else: {end: escalated}}\n",
	""},
    {"a look that passes is an end",
	"steps:\n  - {id: a, look: x, on_pass: end resolved, on_fail: continue}\n  - run: y\n"
	"  - {look: x, on_fail: end escalated}\n  - say: done\n",
	""},
    {"so is a verify",
	"steps:\n  - {id: a, look: x, on_pass: end resolved, on_fail: continue}\n  - {run: y, verify: {look: "
	"x}}\n"
	"  - {if: n > 3, say: done}\n",
	""},
    {"a change that nobody looked at is none",
	"steps:\n  - {id: a, look: x, on_pass: end resolved, on_fail: continue}\n  - run: y\n",
	"6:5 W008 the run can come to the end of the file without an `end`, by a (on_fail): that counts as "
	"resolved\n"},
    {"nor is a look that failed",
	"steps:\n  - {if: n > 3, end: resolved}\n  - {id: a, look: x, on_fail: continue}\n",
	"6:5 W008 the run can come to the end of the file without an `end`, by the `end` at line 5 (skipped) "
	"→ a (on_fail): "
	"that counts as resolved\n"},
    {"only bad ends are named", "steps:\n  - {id: a, look: x, on_fail: end escalated}\n  - run: y\n", ""},
    {"a path that cannot be", "steps:\n  - {if: n > 3, end: resolved}\n  - {if: n <= 3, end: failed}\n", ""},

    {"more than the run may take",
	"timeout: 10m\nsteps:\n  - {id: a, run: x, timeout: 8m}\n  - {id: b, run: y, timeout: 3m}\n",
	"4:10 W009 by the limits that it writes, the run may take up to 11m, and its timeout is 10m\n"},
    {"one or the other",
	"timeout: 10m\nsteps:\n  - branch:\n      - {if: n > 3, then: [{run: x, timeout: 8m}]}\n"
	"      - else: [{run: y, timeout: 9m}]\n",
	""},
    {"jumped over",
	"timeout: 10m\nsteps:\n  - {id: a, run: x, timeout: 8m, on_pass: goto c, on_fail: {end: failed}}\n"
	"  - {id: b, run: y, timeout: 8m}\n  - {id: c, say: x}\n",
	"7:5 W006 `b` is never reached: `a` before it always leads elsewhere\n"},
    {"limits that are not written do not count",
	"timeout: 1m\nsteps:\n  - run: x\n  - run: y\n  - {manual: call them}\n  - {ask: who?, timeout: 1h, "
	"id: q}\n",
	""},
    {"retries with their pauses",
	"timeout: 2m\nsteps:\n  - {look: x, timeout: 10s, retry: {times: 3, every: 50s}}\n",
	"4:10 W009 by the limits that it writes, the run may take up to 2m10s, and its timeout is 2m\n"},
    {"retry.for bounds them all",
	"timeout: 2m\nsteps:\n  - {look: x, timeout: 10s, retry: {times: 30, every: 50s, for: 90s}}\n", ""},
    {"a look that is repeated, a look before, a wait",
	"timeout: 2m\nsteps:\n  - {run: x, timeout: 30s, verify: {look: y, within: 30s}, done_if: {look: z, "
	"timeout: 40s}}\n"
	"  - wait: 21s\n",
	"4:10 W009 by the limits that it writes, the run may take up to 2m1s, and its timeout is 2m\n"},
    {"side by side", "timeout: 1m\nsteps:\n  - checks: [{look: x, timeout: 40s}, {look: y, timeout: 50s}]\n",
	""},
    {"taking turns",
	"timeout: 1m\nsteps:\n  - {max: 1, checks: [{look: x, timeout: 40s}, {look: y, timeout: 50s}]}\n",
	"4:10 W009 by the limits that it writes, the run may take up to 1m30s, and its timeout is 1m\n"},
    {"a group with a limit of its own",
	"timeout: 1m\nsteps:\n  - {timeout: 50s, block: [{look: x, timeout: 40s}, {look: y, timeout: "
	"50s}]}\n",
	""},
    {"items that are written out",
	"timeout: 1m\nsteps:\n  - {for_each: {in: [a, b, c], as: i}, look: x \"$i\", timeout: 21s}\n",
	"4:10 W009 by the limits that it writes, the run may take up to 1m3s, and its timeout is 1m\n"},
    {"visits", "timeout: 1m\nsteps:\n  - {id: a, look: x, timeout: 25s, on_fail: goto a}\n",
	"4:10 W009 by the limits that it writes, the run may take up to 1m15s, and its timeout is 1m\n"},
    {"what is called",
	"timeout: 1m\nsteps:\n  - {id: one, call: p}\n  - call: p\nprocedures:\n  p: {steps: [{look: x, "
	"timeout: 31s}]}\n",
	"4:10 W009 by the limits that it writes, the run may take up to 1m2s, and its timeout is 1m\n"},
};

/* ---- the rows ---- */

static void
show(const struct rb_diag *d, struct rb_buf *out)
{
	struct rb_pos at = rb_source_pos(d->span.src, d->span.from);

	rb_buf_fmt(
	    out, "%zu:%zu %s %.*s\n", at.line, at.column, rb_code_rows[d->code].code, RB_STR_ARG(d->text));
}

static void
lint(const char *text, struct rb_diags *diags, struct loaded *l)
{
	loaded_open(l, text);
	rb_diags_init(diags, &l->arena);
	rb_lint_paths(l->program, diags);
	rb_diags_sort(diags);
}

static void
check_rows(const struct row *rows, size_t n)
{
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct rb_buf text, got;
		struct rb_diags diags;
		struct loaded l;

		rb_buf_init(&text, NULL, TEXT_BYTES);
		rb_buf_init(&got, NULL, TEXT_BYTES);
		rb_buf_fmt(&text, "%s%s", HEAD, rows[i].body);
		lint(rb_buf_cstr(&text), &diags, &l);
		for (size_t k = 0; k < diags.len; k++)
			show(&diags.items[k], &got);
		if (strcmp(rb_buf_cstr(&got), rows[i].want) != 0) {
			print_error("%s:\n%s--- should give\n%s--- and gives\n%s\n", rows[i].name,
			    rows[i].body, rows[i].want, rb_buf_cstr(&got));
			wrong++;
		}
		loaded_free(&l);
		rb_buf_free(&text);
		rb_buf_free(&got);
	}
	assert_int_equal(wrong, 0);
}

#define ROWS(rows) check_rows(rows, sizeof(rows) / sizeof(*(rows)))

static void
may_be_unset(void **state)
{
	(void)state;
	ROWS(unset);
}

static void
is_set(void **state)
{
	(void)state;
	ROWS(set);
}

static void
leads_nowhere(void **state)
{
	(void)state;
	ROWS(others);
}

/* What helps: in a script another way than in an expression; what takes most. */
static void
hints(void **state)
{
	static const struct {
		const char *body, *hint;
	} rows[] = {
	    {"steps:\n  - {id: a, if: n > 1, look: x}\n  - look: echo $a_exit\n",
		"where it may be missing, write ${a_exit:-}\nor do this only where it is there: if: "
		"defined(a.exit)"},
	    {"steps:\n  - {id: a, if: n > 1, look: x}\n  - say: \"${a.exit}\"\n",
		"where it may be missing, say what holds then: a.exit ?? …\n"
		"or do this only where it is there: if: defined(a.exit)"},
	    {"steps:\n  - {id: a, port: 9, on_fail: continue}\n  - {run: x, confirm: \"${a.pid} ${a.user} "
	     "${a.command}\"}\n",
		"so it is with `a.user` and `a.command`\n"
		"where it may be missing, say what holds then: a.pid ?? …\n"
		"or do this only where it is there: if: defined(a.pid)"},
	    {"timeout: 1m\nsteps:\n  - {id: a, run: x, timeout: 2m}\n  - {run: x, timeout: 1m}\n",
		"most of it is `a`, with up to 2m"},
	    {"steps:\n  - {if: n > 1, end: resolved}\n  - run: x\n",
		"line 5 says so by `end`; say here too how it ends, or close with a look that passes only "
		"when all is well"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rb_diags diags;
		struct loaded l;
		struct rb_buf text;

		rb_buf_init(&text, NULL, TEXT_BYTES);
		rb_buf_fmt(&text, "%s%s", HEAD, rows[i].body);
		lint(rb_buf_cstr(&text), &diags, &l);
		assert_int_equal(diags.len, 1);
		assert_string_equal(
		    rb_arena_fmt(&l.arena, "%.*s", RB_STR_ARG(diags.items[0].hint)).p, rows[i].hint);
		loaded_free(&l);
		rb_buf_free(&text);
	}
}

/* 10,000 steps with 2,000 branches take well under a second, and so does what was made to take long: each of
 * 3,000 readers far from what it reads, with as many conditions between that might contradict. */
static void
cost(void **state)
{
	struct rb_buf text;
	struct rb_diags diags;
	struct loaded l;
	clock_t begun;

	(void)state;
	rb_buf_init(&text, NULL, 16 << 20);
	rb_buf_c(&text, HEAD "steps:\n");
	for (int i = 0; i < 2000; i++)
		rb_buf_fmt(&text,
		    "  - {id: l%d, look: x, match: {bad: /e/}, capture: {n: int(this.stdout)}, on_fail: "
		    "continue}\n"
		    "  - {id: h%d, port: 9, on_fail: continue}\n"
		    "  - branch:\n      - if: l%d.bad and h%d.listening\n        then: [{run: 'kill "
		    "$h%d_pid'}]\n"
		    "      - {if: n > %d, then: [{look: y}]}\n",
		    i, i, i, i, i, i);
	loaded_open(&l, rb_buf_cstr(&text));
	assert_int_equal(l.unit->nsteps, 10000);
	rb_diags_init(&diags, &l.arena);
	begun = clock();
	rb_lint_paths(l.program, &diags);
	assert_int_equal(diags.len, 0);
	assert_true((double)(clock() - begun) / CLOCKS_PER_SEC < COST_MAX);
	loaded_free(&l);

	rb_buf_clear(&text);
	rb_buf_c(&text, HEAD "steps:\n");
	for (int i = 0; i < 3000; i++)
		rb_buf_fmt(
		    &text, "  - {id: l%d, look: x, capture: {n: int(this.stdout)}, on_fail: continue}\n", i);
	for (int i = 0; i < 3000; i++)
		rb_buf_fmt(&text, "  - {if: mode == 'm%d', say: \"${l%d.n}\"}\n", i, i);
	loaded_open(&l, rb_buf_cstr(&text));
	rb_diags_init(&diags, &l.arena);
	begun = clock();
	rb_lint_paths(l.program, &diags);
	assert_true(diags.len > 0);
	assert_true((double)(clock() - begun) / CLOCKS_PER_SEC < COST_MAX);
	loaded_free(&l);
	rb_buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(may_be_unset),
	    cmocka_unit_test(is_set),
	    cmocka_unit_test(leads_nowhere),
	    cmocka_unit_test(hints),
	    cmocka_unit_test(cost),
	};

	return cmocka_run_group_tests_name("paths", tests, NULL, NULL);
}
