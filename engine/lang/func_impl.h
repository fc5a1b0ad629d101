/* Inside of the functions: type rules and implementations that the table in functions.c names. Ownership: as
 * in expr_impl.h. */
#ifndef RB_LANG_FUNC_IMPL_H
#define RB_LANG_FUNC_IMPL_H

#include "lang/expr_impl.h"

/* Sets of types. */
#define RB_M(base) (1U << RB_##base)
#define RB_M_TEXT (RB_M(TEXT) | RB_M(URL) | RB_M(PATH) | RB_M(REGEX) | RB_M(VERSION))
#define RB_M_NUMERIC (RB_M(INT) | RB_M(NUMBER))
#define RB_M_AMOUNT (RB_M_NUMERIC | RB_M(DURATION) | RB_M(SIZE))
#define RB_M_ORDERED (RB_M_AMOUNT | RB_M_TEXT | RB_M(TIME))

/* Whether t, or JSON in its place, is in the set. */
bool rb_func_fits(const struct rb_type *t, unsigned mask);
bool rb_func_is_list_of(const struct rb_type *t, unsigned mask);
/* Adds that argument i does not fit; RB_ANY, so that rules can return it. */
const struct rb_type *rb_func_refuse(struct rb_checker *c, const struct rb_x *call, size_t i);

/* Rules for the result's type, from the arguments' checked types (their number is right already): RB_ANY
 * after what does not fit was added (rb_func_refuse). Several functions may share one; functions.c says
 * which. */
const struct rb_type *rb_type_of_convert(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_text(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_item(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_count(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_len(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_judge(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_extreme(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_sum(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_sort(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_unique(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_texts(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_table(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_rows(struct rb_checker *c, struct rb_x *call);
const struct rb_type *rb_type_of_json(struct rb_checker *c, struct rb_x *call);

/* Implementations, for the values of call->args in their order. Each of args is known; items of lists may not
 * be. The result is made in ev->arena; UNSET where there is nothing to be taken (first of an empty list),
 * ERROR with a sentence where the arguments cannot be used. */
struct rb_value rb_run_convert(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_text(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_first(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_last(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_count(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_any(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_all(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_min(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_max(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_sum(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_sort(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_unique(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_len(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_split(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_lines(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_table(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_rows(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);
struct rb_value rb_run_json(struct rb_eval *ev, const struct rb_x *call, struct rb_value *args);

#endif
