/* The bus: stamps events, masks them, and hands them to each sink. Ownership: the bus borrows its sinks and
 * its masker; both must outlive it. */
#ifndef RB_EVENT_BUS_H
#define RB_EVENT_BUS_H

#include "event/event.h"
#include "event/mask.h"

enum rb_stream { RB_STDOUT, RB_STDERR, RB_BODY, RB_STREAMS };

struct rb_sink {
	void *ctx;
	/* An event, masked. -1 only if ev->durable and it could not be made durable. */
	int (*event)(void *ctx, const struct rb_event *ev);
	/* Bytes of an attempt's output, masked, in order. NULL: not interested. */
	void (*output)(void *ctx, const struct rb_where *where, enum rb_stream stream, struct rb_str bytes);
};

struct rb_bus;

/* `clock_mono` and `clock_wall` stamp the events (a scenario test gives a fake clock); NULL: the real ones.
 * `masker` may be NULL: nothing is secret. */
struct rb_bus *rb_bus_new(const struct rb_alloc *alloc, const struct rb_masker *masker,
    int64_t (*clock_mono)(void *ctx), int64_t (*clock_wall)(void *ctx), void *clock_ctx);
/* After all outputs were closed. NULL is allowed. */
void rb_bus_free(struct rb_bus *bus);
/* Sinks are called in the order in which they were added. Both may be called from within a sink: a sink that
 * was added gets the next event, one that was removed gets nothing more. */
void rb_bus_add(struct rb_bus *bus, const struct rb_sink *sink);
void rb_bus_remove(struct rb_bus *bus, const struct rb_sink *sink);
/* Stamps ev, and hands it to every sink. 0, or -1 when ev->durable and a sink that records could not make it
 * durable (the change must not start). A bus with no sink that records makes nothing durable: drills and
 * tests ask for none.
 *
 * Events which are never recorded take no number: their seq is 0. A sink may emit from within its callback:
 * that event is copied and follows when every sink has seen the present one; it cannot be durable (-1). */
int rb_bus_emit(struct rb_bus *bus, struct rb_event *ev);

/* Output of an attempt, masked as a stream. Every open handle must be closed; close gives what was held back.
 * The handle copies `where`. Without secrets the bytes pass to the sinks uncopied. */
struct rb_bus_output;
struct rb_bus_output *rb_bus_output_open(
    struct rb_bus *bus, const struct rb_where *where, enum rb_stream stream);
/* Both return what the sinks were given, of a long write the last part: good until the next call. */
struct rb_str rb_bus_output_write(struct rb_bus_output *o, struct rb_str bytes);
struct rb_str rb_bus_output_end(struct rb_bus_output *o); /* what was held back; to be closed then */
/* Gives the sinks what is held back still, and frees the handle. */
void rb_bus_output_close(struct rb_bus_output *o);

#endif
