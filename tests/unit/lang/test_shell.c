/* Names in shell text: what is read, what is set, what belongs to another language. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "lang/shell.h"

static void
list(void *ctx, const struct rb_shell_item *item)
{
	static const char *const signs[] = {[RB_SHELL_READ] = "",
	    [RB_SHELL_SET] = "=",
	    [RB_SHELL_DOTTED] = ".",
	    [RB_SHELL_BRACED] = "{",
	    [RB_SHELL_MOUSTACHE] = "{{",
	    [RB_SHELL_OPEN] = "!"};

	rb_buf_fmt(ctx, "%s%s%.*s%s", ((struct rb_buf *)ctx)->len > 0 ? " " : "", signs[item->kind],
	    RB_STR_ARG(item->text), item->guarded ? "?" : "");
}

static void
names(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", ""},
	    {"echo hello", ""},
	    {"echo $a", "a"},
	    {"echo \"$a\" '$b' \\$c", "a b c"},
	    {"echo ${a} ${b:-x} ${c-x} ${d:+x} ${e+x} ${f:?x} ${g?x}", "a b? c? d? e? f g"},
	    {"echo ${a:=x} ${b=x}", "=a a? =b b?"},
	    {"echo ${#a} ${!b} ${c%.*} ${d##*/} ${e/x/y} ${f^^} ${g@Q} ${h[@]} ${i:0:2}",
		"a b c d e f g h i"},
	    {"echo ${a:-${b:-$c}}", "a? b? c"},
	    {"echo ${a:-$(cat $b)}", "a? b"},
	    {"$_x1$y", "_x1 y"},
	    {"$$a $? $# $! $1 ${1} ${10} ${#} ${!} $@ $* $- ${@} ${", ""},
	    {"kill -9 $", ""},
	    {"cat <<'EOF'\n$a\nEOF\ncat <<EOF\n${b}\nEOF", "a b"},
	    /* arithmetic */
	    {"echo $((a + 1)) after", "a"},
	    {"echo $((a * (b - 2) % 0x1f + 16#ff)) c", "a b"},
	    {"echo $(( $a + b ))", "a b"},
	    {"echo $(( ${#a} > b ? c : d[e] ))", "a b c d e"},
	    {"echo $((a = 1, b += 2, c == 3))", "=a a b c"},
	    {"echo $(( $(wc -l < $f) + n )) x", "f n"},
	    {"echo $(( $((a)) + b )) x $(echo y)", "a b"},
	    {"if (( a > 1 )); then b; fi", "a"},
	    {"echo $(($a", "a"},
	    {"(a; (b))", ""},
	    {"case $x in a) ;; esac; $((y))", "x y"},
	    /* what is set, and what may set anything */
	    {"exec {fd}>x {a,b}>y; echo {c}", "=fd"},
	    {". x; find . -x; source y; eval z; then . q; ./w", "!. !source !eval !."},
	    {"a=1; b+=2; c[0]=3; env d=4 e", "=a =b =c =d"},
	    {"echo a=1 == b", "=a"},
	    {"for a in x y; do echo $a; done", "=a a"},
	    {"while IFS= read -r a b; do :; done", "=IFS =a =b"},
	    {"read -p prompt -a list -t 5 a", "=prompt =list =a"},
	    {"local a b=1; export c; declare -A d=() ; readonly e", "=a =b =b =c =d =d =e"},
	    {"getopts ab: opt; printf -v out '%s' x; mapfile -t lines", "=opt =out =lines"},
	    {"x=$(a=1 cmd); y=`b=2`", "=x =a =y =b"},
	    {"if a=1; then { b=2; }; fi; ! c=3", "=a =b =c"},
	    {"--flag=1 --a-b=2", ""},
	    /* others' ways */
	    {"echo ${a.b} ${a.b.c} ${a.b:-x} ${a .b}", "{a.b {a.b.c {a.b a"},
	    {"kill $a.b $a. $a.5 $c.d.e/x", ".a.b a a a .c.d.e c"},
	    {"echo {{ a }} {{a.b}} {{.Names}} {{json .State}} {{ a.b | c }} {{ a. }} {{ }} {{", "{{a {{a.b"},
	    {"echo ${{ a.b }}", "{{a.b"},
	    {"echo {{ a\n}}", "{{a"},
	};
	struct rb_buf out;
	unsigned wrong = 0;

	(void)state;
	rb_buf_init(&out, NULL, 4096);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		rb_buf_clear(&out);
		rb_shell_read(rb_str_c(rows[i].text), list, &out);
		if (strcmp(rb_buf_cstr(&out), rows[i].want) == 0)
			continue;
		wrong++;
		print_error("%s\n  want  %s\n  got   %s\n", rows[i].text, rows[i].want, rb_buf_cstr(&out));
	}
	rb_buf_free(&out);
	assert_int_equal(wrong, 0);
}

struct last {
	struct rb_shell_item item;
	struct rb_str text;
	uint64_t count;
};

static void
check(void *ctx, const struct rb_shell_item *item)
{
	struct last *l = ctx;

	assert_true(item->text.n > 0 && item->at + item->text.n <= l->text.n);
	assert_ptr_equal(item->text.p, l->text.p + item->at);
	assert_true(item->from <= item->at && item->to >= item->at + item->text.n && item->to <= l->text.n);
	l->item = *item;
	l->count++;
}

static void
places(void **state)
{
	static const struct {
		const char *text;
		size_t from, to, at;
	} rows[] = {
	    {"x ${a.b} y", 2, 8, 4},
	    {"x ${a.b:-z}", 2, 7, 4},
	    {"x {{ a.b }} y", 2, 11, 5},
	    {"x $ab", 3, 5, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct last l = {.text = rb_str_c(rows[i].text)};

		rb_shell_read(l.text, check, &l);
		assert_int_equal(l.item.from, rows[i].from);
		assert_int_equal(l.item.to, rows[i].to);
		assert_int_equal(l.item.at, rows[i].at);
	}
}

/* The largest scalar, of whatever is worst to read. */
static void
linear(void **state)
{
	static const char *const pieces[] = {"$((", "((", "$(", "{{", "${", "${a.", "read ", "a[", "a[ ",
	    "$a.b.", ")", "))", "{{a.b.c.d", "for ", "$((a=", "a.b.", "\"", "$(((", "read -v "};
	enum { SIZE = 256 * 1024 };
	char *text = rb_alloc_resize(NULL, NULL, SIZE);
	int64_t began = rb_clock_mono();

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct last l = {.text = {text, SIZE}};

		for (size_t k = 0; k < SIZE; k++)
			text[k] = pieces[i][k % strlen(pieces[i])];
		rb_shell_read(l.text, check, &l);
	}
	assert_true(rb_clock_mono() - began < 5 * RB_SECOND);
	rb_alloc_free(NULL, text);
}

static void
hostile(void **state)
{
	static const char letters[] = "$(){}[]a_.b1 =-:+\n\"'`#!read;|&";
	uint64_t seed = 99;

	(void)state;
	for (int i = 0; i < 50000; i++) {
		char text[32];
		struct last l = {.text = {text, sizeof(text)}};

		for (size_t k = 0; k < sizeof(text); k++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			text[k] = letters[(seed >> 33) % (sizeof(letters) - 1)];
		}
		rb_shell_read(l.text, check, &l);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names),
	    cmocka_unit_test(places),
	    cmocka_unit_test(linear),
	    cmocka_unit_test(hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
