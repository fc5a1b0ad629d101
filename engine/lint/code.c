/* What a program in a few words of Python, Perl, Ruby or JavaScript (node, the shell of MongoDB) plainly
 * changes: by the names of what it calls. No parser of any of them: texts and comments are passed over, the
 * rest is names. */
#include "base/buf.h"
#include "lint/change.h"
#include "lint/peek.h"

enum {
	MODE_BYTES = 4,    /* "wb+" */
	OPEN_BYTES = 200,  /* arguments are looked through so far for a mode */
	WORDS_BYTES = 200, /* of a list of words that is run, the first */
};

static const struct {
	enum rb_language language;
	const char *changes; /* calls; with a dot before it a method of anything */
	const char *opens;   /* calls with a mode among their arguments */
	const char *runs;    /* calls whose first argument a shell, or the system, runs */
	bool bare;           /* at the beginning of a statement a call needs no parentheses */
	char comment;
} languages[] = {
    {RB_PYTHON,
	.changes =
	    "os.remove os.unlink os.rename os.replace os.rmdir os.removedirs os.mkdir os.makedirs os.kill "
	    "os.killpg os.chmod os.chown os.truncate os.symlink os.link shutil.rmtree shutil.move "
	    "shutil.copy "
	    "shutil.copy2 shutil.copyfile shutil.copytree shutil.chown .unlink .write_text .write_bytes "
	    ".rmdir "
	    ".touch requests.post requests.put requests.patch requests.delete httpx.post httpx.put "
	    "httpx.patch "
	    "httpx.delete .flushall .flushdb .sendall .create_all .drop_all",
	.opens = "open .open",
	.runs = "os.system os.popen subprocess.run subprocess.call subprocess.check_call "
		"subprocess.check_output subprocess.Popen",
	.comment = '#'},
    {RB_PERL, .opens = "open", .changes = "unlink rename rmdir mkdir chmod chown truncate symlink",
	.runs = "system exec", .bare = true, .comment = '#'},
    {RB_RUBY,
	.changes =
	    "File.write File.delete File.unlink File.rename FileUtils.rm FileUtils.rm_f FileUtils.rm_rf "
	    "FileUtils.mv FileUtils.cp FileUtils.cp_r FileUtils.mkdir FileUtils.mkdir_p FileUtils.touch "
	    "Dir.mkdir Dir.rmdir IO.write",
	.opens = "File.open", .runs = "system exec", .bare = true, .comment = '#'},
    {RB_JAVASCRIPT,
	.changes =
	    ".writeFile .writeFileSync .appendFile .appendFileSync .unlink .unlinkSync .rmSync .rmdirSync "
	    ".mkdirSync .renameSync .copyFileSync .truncateSync .insert .insertOne .insertMany .updateOne "
	    ".updateMany .deleteOne .deleteMany .remove .replaceOne .bulkWrite .findAndModify "
	    ".findOneAndUpdate "
	    ".findOneAndDelete .findOneAndReplace .drop .dropDatabase .dropIndex .dropIndexes .createIndex "
	    ".createIndexes .createCollection .renameCollection .createUser .dropUser .updateUser "
	    ".grantRolesToUser .killOp .fsyncLock .fsyncUnlock .shutdownServer .setProfilingLevel "
	    "rs.stepDown rs.reconfig rs.initiate rs.add rs.addArb rs.remove rs.freeze",
	.opens = "", .runs = ".execSync", .comment = '/'},
};

struct code {
	struct rb_str text;
	size_t i;
	unsigned language; /* row of the table */
	bool begins;       /* a statement begins here */
	void (*run)(void *ctx, struct rb_str text);
	void *ctx;
};

/* With what it is a member of: os.remove. */
static bool
is_name(char c)
{
	return rb_peek_name(c) || c == '.';
}

static void
skip_blanks(struct code *c)
{
	while (rb_peek_in(rb_peek(c->text, c->i), " \t\n"))
		c->i++;
}

static struct rb_str
read_string(struct code *c)
{
	char quote = rb_peek(c->text, c->i);
	size_t from = ++c->i;

	while (c->i < c->text.n && rb_peek(c->text, c->i) != quote)
		c->i += rb_peek(c->text, c->i) == '\\' ? 2 : 1;
	c->i = c->i < c->text.n ? c->i + 1 : c->text.n;
	return rb_str_cut(
	    c->text, from, rb_peek(c->text, c->i - 1) == quote && c->i > from ? c->i - 1 : c->i);
}

/* Whether the name is one of a list, or ends with one that begins with a dot. */
static bool
is_listed(const char *list, struct rb_str name)
{
	size_t dot = name.n;

	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	return rb_shell_listed(list, name) ||
	       (dot > 0 && rb_shell_listed(list, rb_str_cut(name, dot - 1, name.n)));
}

/* "w", "ab", "r+", in Perl ">": a mode in which a file is written. */
static bool
writes(const struct code *c, struct rb_str mode)
{
	bool found = false;

	if (languages[c->language].language == RB_PERL)
		return rb_str_starts(mode, "+") || (rb_str_starts(mode, ">") && !rb_str_starts(mode, ">&"));
	for (size_t i = 0; i < mode.n; i++) {
		if (!rb_peek_in(mode.p[i], "rwaxbt+U"))
			return false;
		found = found || rb_peek_in(mode.p[i], "wax+");
	}
	return found && mode.n <= MODE_BYTES;
}

/* The arguments of a call, from behind its "(" on: whether one that is not the first is such a mode. */
static bool
opens_to_write(struct code *c)
{
	bool first = true;
	size_t from = c->i;

	for (unsigned parens = 1; c->i < c->text.n && c->i - from < OPEN_BYTES && parens > 0;) {
		char now = rb_peek(c->text, c->i);

		if (now == '"' || now == '\'') {
			if (writes(c, read_string(c)) && !first)
				return true;
			continue;
		}
		first = first && now != ',';
		parens += now == '(';
		parens -= now == ')';
		c->i++;
	}
	return false;
}

static bool
is_plain(struct rb_str word)
{
	for (size_t i = 0; i < word.n; i++) {
		if (!is_name(word.p[i]) && !rb_peek_in(word.p[i], "/-=:,%+"))
			return false;
	}
	return word.n > 0;
}

/* The command that is run: a text, or the first words of a list: up to one that a shell might take for
 * more. */
static void
run_argument(struct code *c)
{
	struct rb_buf words;
	struct rb_str word;

	skip_blanks(c);
	if (rb_peek_in(rb_peek(c->text, c->i), "\"'")) {
		c->run(c->ctx, read_string(c));
		return;
	}
	if (rb_peek(c->text, c->i) != '[')
		return;
	rb_buf_init(&words, NULL, WORDS_BYTES);
	do {
		c->i++;
		skip_blanks(c);
		word = rb_peek_in(rb_peek(c->text, c->i), "\"'") ? read_string(c) : RB_STR("");
		rb_buf_str(&words, is_plain(word) ? word : RB_STR(""));
		rb_buf_char(&words, ' ');
		skip_blanks(c);
	} while (is_plain(word) && rb_peek(c->text, c->i) == ',');
	c->run(c->ctx, rb_buf_view(&words));
	rb_buf_free(&words);
}

/* A name at i; what it changes if it is a call that does, else empty. */
static struct rb_str
read_name(struct code *c)
{
	struct rb_str name;
	size_t from = c->i, inside;
	bool calls, spaced;

	while (is_name(rb_peek(c->text, c->i)))
		c->i++;
	name = rb_str_cut(c->text, from, c->i);
	spaced = rb_peek_in(rb_peek(c->text, c->i), " \t");
	calls = rb_peek(c->text, c->i) == '(';
	if (!calls && !(languages[c->language].bare && c->begins && spaced))
		return RB_STR("");
	c->i++;
	if (is_listed(languages[c->language].changes, name))
		return name;
	inside = c->i;
	if (calls && is_listed(languages[c->language].opens, name) && opens_to_write(c))
		return name;
	c->i = inside;
	if (is_listed(languages[c->language].runs, name))
		run_argument(c);
	return RB_STR("");
}

/* Whether a comment begins at i. */
static bool
is_comment(const struct code *c)
{
	char sign = languages[c->language].comment;

	return rb_peek(c->text, c->i) == sign && (sign != '/' || rb_peek(c->text, c->i + 1) == '/');
}

struct rb_str
rb_code_change(
    enum rb_language language, struct rb_str code, void (*run)(void *ctx, struct rb_str text), void *ctx)
{
	struct code c = {.text = code, .begins = true, .run = run, .ctx = ctx};
	struct rb_str found = RB_STR("");

	while (languages[c.language].language != language)
		c.language++;
	while (c.i < code.n && found.n == 0) {
		char now = rb_peek(c.text, c.i);

		if (is_comment(&c)) {
			while (c.i < code.n && rb_peek(c.text, c.i) != '\n')
				c.i++;
		} else if (rb_peek_in(now, "\"'")) {
			read_string(&c);
			c.begins = false;
		} else if (is_name(now)) {
			found = read_name(&c);
			c.begins = false;
		} else {
			c.begins = rb_peek_in(now, ";{}\n") || (c.begins && rb_peek_in(now, " \t"));
			c.i++;
		}
	}
	return found;
}
