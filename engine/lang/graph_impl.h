/* Inside of the making of a graph: what graph.c, for the whole, and graph_step.c, for each step, hand each
 * other. Ownership: all of it lives in the graph's arena, or on the stack of the walk. */
#ifndef RB_LANG_GRAPH_IMPL_H
#define RB_LANG_GRAPH_IMPL_H

#include "lang/graph.h"

#define RB_NOWHERE UINT32_MAX

/* A list that is being walked, and what leaving it means. */
struct rb_list_place {
	const struct rb_list_place *outer;
	const struct rb_list *list;
	uint32_t fail; /* where a failure leads that no step of it takes */
	const struct rb_list_place
	    *fail_place;  /* the place in which that point stands; NULL: outside of all */
	uint32_t finally; /* of the block whose body it is; RB_NOWHERE: none */
	bool checks;      /* its items all run, whatever becomes of them */
};

struct rb_build {
	struct rb_graph *g;
	struct rb_arena *arena;
	size_t cap_points, cap_ways;
	uint32_t over[RB_OVERS];
};

/* A new point; a new way between two. */
uint32_t rb_build_point(struct rb_build *b, enum rb_point_kind kind, const struct rb_step *step);
void rb_build_way(struct rb_build *b, struct rb_way way);
/* A way on which nothing is decided. */
void rb_build_go(struct rb_build *b, uint32_t from, uint32_t to);
/* Walks a list that leads to `end`. Returns where it begins. */
uint32_t rb_build_list(
    struct rb_build *b, const struct rb_list *list, const struct rb_list_place *place, uint32_t end);

#endif
