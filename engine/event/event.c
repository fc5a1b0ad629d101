/* The table of event types. Every field that a transcript can hold stands here, once. */
#include "event/event.h"

#include <assert.h>
#include <string.h>

#define FIELDS(...) ((const struct rb_event_field_row[]){__VA_ARGS__, {NULL, RB_EVF_TEXT, NULL}})

const char *const rb_form_words[RB_FORMS] = {[RB_FORM_STEP] = "step",
    [RB_FORM_GROUP] = "group",
    [RB_FORM_LIBRARY] = "library",
    [RB_FORM_BRANCH] = "branch",
    [RB_FORM_TABLE] = "table",
    [RB_FORM_EDGE] = "edge",
    [RB_FORM_MESSAGE] = "message",
    [RB_FORM_QUESTION] = "question",
    [RB_FORM_FINDING] = "finding"};

/* One field a line, which the formatter would join. */
/* clang-format off */
const struct rb_event_row rb_event_rows[RB_EV_TYPES] = {
    [RB_EV_RUN_START] = {"run_start", "The run begins. Always the first record.", true,
	FIELDS({"version", RB_EVF_INT, "version of this format"},
	    {"program", RB_EVF_WORD, "version of the program that wrote it"},
	    {"run", RB_EVF_WORD, "id of the run, unique on this host"},
	    {"mode", RB_EVF_WORD, "run, drill or test"},
	    {"runbook", RB_EVF_WORD, "id of the runbook"},
	    {"title", RB_EVF_TEXT, "its title"},
	    {"contact", RB_EVF_TEXT, "how to reach its owner, where the file says so"},
	    {"file", RB_EVF_WORD, "absolute path it was loaded from"},
	    {"source", RB_EVF_WORD, "copy of the runbook's source in the run's folder"},
	    {"from", RB_EVF_WORD, "procedure it was started at, if not the steps"},
	    {"host", RB_EVF_WORD, "name of this host"},
	    {"operator", RB_EVF_WORD, "user that started the run"},
	    {"pid", RB_EVF_INT, "process id of the interpreter"},
	    {"terminal", RB_EVF_BOOL, "whether questions can be asked"},
	    {"steps", RB_EVF_INT, "number of steps in the file"},
	    {"timeout", RB_EVF_NS, "the run's deadline, if it has one"},
	    {"prev", RB_EVF_WORD, "reserved for the hash chain: hash of the record before"},
	    {"resumes", RB_EVF_WORD, "reserved for resume: the run that this one continues"})},
    [RB_EV_INPUT] = {"input", "One settled input.", true,
	FIELDS({"name", RB_EVF_WORD, "name of the input"},
	    {"value", RB_EVF_TEXT, "its value as text"},
	    {"source", RB_EVF_WORD, "set, file, environment, default or asked"})},
    [RB_EV_HOST] = {"host", "What a file of the run looked for on this host: written where a program that its `requires` names is not there.", true,
	FIELDS({"lacks", RB_EVF_JSON, "list of the programs that were not found"})},
    [RB_EV_PHASE] = {"phase", "A phase of the run begins.", true,
	FIELDS({"name", RB_EVF_WORD, "setup, steps, escalation or finally"},
	    {"title", RB_EVF_TEXT, "what it is for: the rung's contact, the step whose finally it is"},
	    {"after", RB_EVF_NS, "for a rung: the time that has passed, where that is why it fires"})},
    [RB_EV_STEP_START] = {"step_start", "A visit of a step begins; its `if` is judged after this record.", true,
	FIELDS({"kind", RB_EVF_WORD, "action of the step: look, run, http, branch, …"},
	    {"form", RB_EVF_WORD, "group, library, branch, table, edge, message, question or finding: how it is shown, where that is not as a line of its own"},
	    {"title", RB_EVF_TEXT, "title with its values"},
	    {"note", RB_EVF_TEXT, "what the runbook notes beside it, for whoever runs it"},
	    {"effect", RB_EVF_WORD, "read, change or danger"},
	    {"line", RB_EVF_INT, "line in the runbook's source"},
	    {"timeout", RB_EVF_NS, "limit of one attempt, if it has one"},
	    {"does", RB_EVF_TEXT, "beginning of what it does, or title of what it calls, where it has no title"},
	    {"show", RB_EVF_WORD, "output or none: what a terminal shows of its output, unless that is the last line"},
	    {"quiet", RB_EVF_BOOL, "a row of an enclosing table, not a line of its own"})},
    [RB_EV_ATTEMPT_START] = {"attempt_start",
	"An attempt begins: written before the process or the request exists. For a change or a danger it is on "
	"disk before anything starts.",
	true,
	FIELDS({"purpose", RB_EVF_WORD, "action, done_if, verify or ready"},
	    {"kind", RB_EVF_WORD, "action that is attempted"},
	    {"effect", RB_EVF_WORD, "read, change or danger"},
	    {"request", RB_EVF_JSON, "what will be done: argv or script, environment, method and URL, …"},
	    {"key", RB_EVF_WORD, "RUNBOOK_IDEMPOTENCY_KEY, for a script that changes something"})},
    [RB_EV_PROGRESS] = {"progress", "The last line of output so far, for live views.", false,
	FIELDS({"line", RB_EVF_TEXT, "the line"})},
    [RB_EV_ASSERTION] = {"assertion", "An assertion that did not hold, or what could not be decided.", true,
	FIELDS({"file", RB_EVF_WORD, "file it stands in"},
	    {"line", RB_EVF_INT, "line"},
	    {"column", RB_EVF_INT, "column, in characters"},
	    {"width", RB_EVF_INT, "how many columns it is wide, for the caret line"},
	    {"source", RB_EVF_TEXT, "the source line"},
	    {"what", RB_EVF_TEXT, "in words: json.status is not \"healthy\""},
	    {"expected", RB_EVF_TEXT, "what was asked"},
	    {"actual", RB_EVF_TEXT, "what came"},
	    {"hint", RB_EVF_TEXT, "what can be written instead"},
	    {"from", RB_EVF_TEXT, "where it came from: GET URL → 200 in 14ms"},
	    {"excerpt", RB_EVF_TEXT, "bounded excerpt of the output or body"},
	    {"excerpt_of", RB_EVF_WORD, "what it is an excerpt of: stdout, stderr, body, reply"})},
    [RB_EV_ATTEMPT_END] = {"attempt_end", "An attempt is over.", true,
	FIELDS({"purpose", RB_EVF_WORD, "action, done_if, verify or ready"},
	    {"outcome", RB_EVF_WORD, "passed, failed, timed out, errored, cancelled"},
	    {"reason", RB_EVF_TEXT, "why, unless it passed"},
	    {"summary", RB_EVF_TEXT, "one line of what was seen: exit 0, GET URL → 200, pid 42 python3"},
	    {"exit", RB_EVF_INT, "exit status of the process"},
	    {"signal", RB_EVF_INT, "signal that ended the process"},
	    {"status", RB_EVF_INT, "HTTP status"},
	    {"pid", RB_EVF_INT, "process id of the child"},
	    {"duration", RB_EVF_NS, "how long it took"},
	    {"stdout_file", RB_EVF_WORD, "file in the run's folder with its standard output or body"},
	    {"stderr_file", RB_EVF_WORD, "file in the run's folder with its standard error"},
	    {"stdout_bytes", RB_EVF_INT, "bytes that it wrote"},
	    {"stderr_bytes", RB_EVF_INT, "bytes that it wrote"},
	    {"stdout_left_out", RB_EVF_INT, "bytes of these that are not in the file, if any"},
	    {"stderr_left_out", RB_EVF_INT, "bytes of these that are not in the file, if any"},
	    {"excerpt", RB_EVF_TEXT, "bounded end of its output, where it did not pass and no assertion has it"},
	    {"excerpt_of", RB_EVF_WORD, "what it is an excerpt of: stdout, stderr, body, log, reply"},
	    {"output_incomplete", RB_EVF_BOOL, "a process left behind still held the output open"},
	    {"survivors", RB_EVF_TEXT, "processes that outlived the ladder of signals"},
	    {"answer_headers", RB_EVF_JSON, "headers of the HTTP answer, of those that the runbook reads: object of name → value"})},
    [RB_EV_FACTS] = {"facts", "What the step found.", true,
	FIELDS({"facts", RB_EVF_JSON, "object of fact name → value; patterns that matched come with count and line"},
	    {"summary", RB_EVF_TEXT, "one line for people: port_taken: [Errno 98] Address already in use"})},
    [RB_EV_RETRY] = {"retry", "Another attempt follows.", true,
	FIELDS({"pause", RB_EVF_NS, "pause before it"},
	    {"times", RB_EVF_INT, "attempts allowed, if bounded by number"},
	    {"reason", RB_EVF_TEXT, "why the last one did not do"})},
    [RB_EV_ITEM] = {"item", "A loop turns to its next item.", true,
	FIELDS({"name", RB_EVF_WORD, "loop variable"},
	    {"value", RB_EVF_JSON, "the item"},
	    {"index", RB_EVF_INT, "0, 1, …"},
	    {"of", RB_EVF_INT, "number of items"})},
    [RB_EV_IF] = {"if", "Whether the `if` of a step held: else it is skipped.", true,
	FIELDS({"condition", RB_EVF_TEXT, "the condition as written"},
	    {"held", RB_EVF_BOOL, "it did"},
	    {"why", RB_EVF_TEXT, "the facts it stood on, with the text that matched"},
	    {"facts", RB_EVF_JSON, "the same as an object"})},
    [RB_EV_BRANCH] = {"branch", "Which arm of a branch was taken.", true,
	FIELDS({"condition", RB_EVF_TEXT, "the arm's condition as written; empty for else"},
	    {"arm", RB_EVF_INT, "0, 1, …; the number of arms for else; -1 when none was taken"},
	    {"why", RB_EVF_TEXT, "the facts it stood on, with the text that matched"},
	    {"facts", RB_EVF_JSON, "the same as an object"})},
    [RB_EV_EDGE] = {"edge", "Where an outcome led, unless to the next step.", true,
	FIELDS({"outcome", RB_EVF_WORD, "outcome of the step"},
	    {"key", RB_EVF_WORD, "on_pass, on_fail, on_timeout, or the word of a goto, end, done or fail item"},
	    {"to", RB_EVF_WORD, "continue, goto ID, end OUTCOME, steps, done, fail"},
	    {"leaves", RB_EVF_TEXT, "of done: title of the procedure that it leaves"},
	    {"reason", RB_EVF_TEXT, "reason given in the runbook"})},
    [RB_EV_STEP_END] = {"step_end", "A visit of a step is over.", true,
	FIELDS({"outcome", RB_EVF_WORD,
		   "passed, already done, recovered, failed, timed out, errored, cancelled, skipped, declined; not done: in a "
		   "drill"},
	    {"reason", RB_EVF_TEXT, "why, unless it passed"},
	    {"summary", RB_EVF_TEXT, "one line of what was seen"},
	    {"effect", RB_EVF_WORD, "read, change or danger"},
	    {"attempts", RB_EVF_INT, "attempts of the action"},
	    {"duration", RB_EVF_NS, "of the visit, people's thinking included"},
	    {"kind", RB_EVF_WORD, "action of the step"},
	    {"quiet", RB_EVF_BOOL, "a row of an enclosing table, not a line of its own"},
	    {"continued", RB_EVF_BOOL, "it did not pass, and the run went on"})},
    [RB_EV_ASK] = {"ask", "A question to the operator.", true,
	FIELDS({"form", RB_EVF_WORD, "confirm, typed, text, number, yes_no, choice, many, manual or secret"},
	    {"question", RB_EVF_TEXT, "the question"},
	    {"effect", RB_EVF_WORD, "read, change or danger: of what is asked about"},
	    {"does", RB_EVF_TEXT, "what is done when it is confirmed: the first lines of a script, a request, the changes of a group"},
	    {"only", RB_EVF_TEXT, "who may run it and where, as the file requires"},
	    {"choices", RB_EVF_JSON, "list of choices"},
	    {"expect", RB_EVF_TEXT, "text that must be typed"},
	    {"by", RB_EVF_TEXT, "role or person who must confirm"})},
    [RB_EV_ANSWER] = {"answer", "The answer to the question before.", true,
	FIELDS({"value", RB_EVF_TEXT, "the answer; never that of a hidden prompt"},
	    {"by", RB_EVF_WORD, "terminal, flag (--yes), scenario, or none when nobody could be asked"},
	    {"operator", RB_EVF_WORD, "user who answered"},
	    {"outcome", RB_EVF_WORD, "answered, declined or cancelled"},
	    {"duration", RB_EVF_NS, "how long it took"})},
    [RB_EV_SAY] = {"say", "A message to the operator.", true,
	FIELDS({"text", RB_EVF_TEXT, "the message"})},
    [RB_EV_NOTE] = {"note", "A note of the operator.", true,
	FIELDS({"text", RB_EVF_TEXT, "the note"}, {"operator", RB_EVF_WORD, "who wrote it"})},
    [RB_EV_FINDING] = {"finding", "Of a drill: what a look has shown, of the host or of itself.", true,
	FIELDS({"what", RB_EVF_WORD, "broken: it cannot do what it is for on this host; trouble: it reports some; silent: "
		   "none of its patterns matched, though there was output; in_the_way: of no look, it stands in the way of "
		   "what a run would do"},
	    {"kind", RB_EVF_WORD, "action of the look"},
	    {"purpose", RB_EVF_WORD, "action, done_if or verify"},
	    {"text", RB_EVF_TEXT, "in words"})},
    [RB_EV_HALT] = {"halt", "Of a drill: it goes no further. The step is the one that comes next.", true,
	FIELDS({"why", RB_EVF_WORD, "change: it would be one; answer: it wants a person, and none was there; escalation: "
		   "the steps are over, and their end would set one off"},
	    {"kind", RB_EVF_WORD, "action of the step"},
	    {"effect", RB_EVF_WORD, "read, change or danger"},
	    {"does", RB_EVF_TEXT, "what it would do, in one line"},
	    {"text", RB_EVF_TEXT, "why, in words"})},
    [RB_EV_PREVIEW] = {"preview", "Of a drill: one item of what a run would do from its halt on, in the order of reading.",
	true,
	FIELDS({"part", RB_EVF_WORD, "what it is: step, exact, detail, arm, …, as in the JSON of a dry run"},
	    {"level", RB_EVF_INT, "how deep it stands, 0 at the top"},
	    {"effect", RB_EVF_WORD, "read, change or danger, of a step that has one of its own"},
	    {"name", RB_EVF_TEXT, "what it is called"},
	    {"text", RB_EVF_TEXT, "what it says"},
	    {"note", RB_EVF_TEXT, "what stands beside it"})},
    [RB_EV_WOULD] = {"would", "Of a drill: a change that a run would make, or might.", true,
	FIELDS({"kind", RB_EVF_WORD, "action of the step"},
	    {"effect", RB_EVF_WORD, "change or danger"},
	    {"title", RB_EVF_TEXT, "title of the step"},
	    {"does", RB_EVF_TEXT, "what it would do, exactly: command, process, URL, with the values that are known"},
	    {"values", RB_EVF_TEXT, "what its process would find in its environment, one a line"},
	    {"whom", RB_EVF_TEXT, "processes that it would stop, as they were then, one a line"},
    {"for", RB_EVF_TEXT, "in a loop: the item"},
	    {"more", RB_EVF_INT, "further items of the loop, which have no record of their own"},
	    {"open", RB_EVF_BOOL, "whether it comes to that hangs on what cannot be known yet"},
    {"back", RB_EVF_BOOL, "it comes to that only where the run goes back to an earlier step"},
	    {"line", RB_EVF_INT, "line in the runbook's source"})},
    [RB_EV_WARNING] = {"warning", "Trouble of the program itself, or something the operator should know.", true,
	FIELDS({"text", RB_EVF_TEXT, "what"}, {"code", RB_EVF_WORD, "which: transcript_degraded, survivors, …"})},
    [RB_EV_RUN_END] = {"run_end", "The run is over. Always the last record of a run that ended.", true,
	FIELDS({"outcome", RB_EVF_WORD,
		   "resolved, failed, escalated, declined, cancelled, deadline, environment, or drilled: a drill that halted"},
	    {"exit", RB_EVF_INT, "exit code of the program"},
	    {"reason", RB_EVF_TEXT, "why"},
	    {"elapsed", RB_EVF_NS, "from run_start"},
	    {"steps", RB_EVF_INT, "visits of steps that ran"},
	    {"changes", RB_EVF_INT, "attempts that changed something"},
	    {"confirmed", RB_EVF_INT, "confirmations given"},
	    {"failed", RB_EVF_INT, "steps that did not pass"},
	    {"broken", RB_EVF_INT, "of a drill: looks that could not do what they are for"})},
};
/* clang-format on */

void
rb_event_init(struct rb_event *ev, enum rb_event_type type, const struct rb_where *where)
{
	memset(ev, 0, sizeof(*ev));
	ev->type = type;
	ev->where.item = -1;
	if (where != NULL)
		ev->where = *where;
}

static struct rb_event_field *
add_field(struct rb_event *ev, const char *name)
{
	const struct rb_event_field_row *row = rb_event_rows[ev->type].fields;
	struct rb_event_field *f;

	while (row->name != NULL && strcmp(row->name, name) != 0)
		row++;
	assert(row->name != NULL);
	assert(ev->nfields < RB_EVENT_FIELDS);
	f = &ev->fields[ev->nfields++];
	f->name = row->name;
	f->type = row->type;
	return f;
}

void
rb_event_text(struct rb_event *ev, const char *name, struct rb_str text)
{
	struct rb_event_field *f = add_field(ev, name);

	assert(f->type == RB_EVF_TEXT || f->type == RB_EVF_WORD || f->type == RB_EVF_JSON);
	f->text = text;
}

void
rb_event_num(struct rb_event *ev, const char *name, int64_t num)
{
	struct rb_event_field *f = add_field(ev, name);

	assert(f->type == RB_EVF_INT || f->type == RB_EVF_NS || f->type == RB_EVF_BOOL);
	f->num = num;
}

const struct rb_event_field *
rb_event_get(const struct rb_event *ev, const char *name)
{
	for (size_t i = 0; i < ev->nfields; i++) {
		if (strcmp(ev->fields[i].name, name) == 0)
			return &ev->fields[i];
	}
	return NULL;
}

struct rb_str
rb_event_get_text(const struct rb_event *ev, const char *name)
{
	const struct rb_event_field *f = rb_event_get(ev, name);

	return f != NULL ? f->text : (struct rb_str){"", 0};
}

int64_t
rb_event_get_num(const struct rb_event *ev, const char *name, int64_t otherwise)
{
	const struct rb_event_field *f = rb_event_get(ev, name);

	return f != NULL ? f->num : otherwise;
}
