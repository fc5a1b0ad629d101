/* The names of a plan's parts, for machines: the JSON of a dry run, and the `preview` records of a drill. */
#include "plan/plan.h"

const char *const rb_plan_part_words[RB_PLAN_PARTS] = {[RB_PLAN_BOOK] = "book",
    [RB_PLAN_HEADING] = "heading",
    [RB_PLAN_GROUP] = "group",
    [RB_PLAN_ROW] = "row",
    [RB_PLAN_STEP] = "step",
    [RB_PLAN_COMMAND] = "command",
    [RB_PLAN_EXACT] = "exact",
    [RB_PLAN_DETAIL] = "detail",
    [RB_PLAN_ARM] = "arm",
    [RB_PLAN_FACT] = "fact",
    [RB_PLAN_EDGE] = "edge",
    [RB_PLAN_NOTE] = "note",
    [RB_PLAN_TROUBLE] = "trouble"};
