/* The bus, which stands between whoever tells of a run and whoever shows or keeps it. */
#include "event/bus.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"

enum {
	FIELD_MAX = 64 << 20, /* bound on one masked field: far above what any emitter is allowed */
	OUTPUT_SLICE = 65536, /* bytes of output masked at a time */
	OUTPUT_MAX = 1 << 20, /* what a slice can grow to by what was held back before */
};

/* An event that a sink emitted while another was being handed out. */
struct waiting {
	struct waiting *next;
	struct rb_event ev;
};

struct rb_bus {
	const struct rb_alloc *alloc;
	const struct rb_masker *masker;
	int64_t (*clock_mono)(void *ctx);
	int64_t (*clock_wall)(void *ctx);
	void *clock_ctx;
	uint64_t seq;
	const struct rb_sink **sinks; /* NULL where one was removed */
	size_t nsinks, cap;
	struct rb_arena texts;  /* masked texts of the present event */
	struct rb_arena copies; /* the waiting events */
	struct waiting *first, *last;
	bool busy;
};

static int64_t
real_mono(void *ctx)
{
	(void)ctx;
	return rb_clock_mono();
}

static int64_t
real_wall(void *ctx)
{
	(void)ctx;
	return rb_clock_wall();
}

struct rb_bus *
rb_bus_new(const struct rb_alloc *alloc, const struct rb_masker *masker, int64_t (*clock_mono)(void *ctx),
    int64_t (*clock_wall)(void *ctx), void *clock_ctx)
{
	struct rb_bus *bus = rb_alloc_zero(alloc, 1, sizeof(*bus));

	bus->alloc = alloc;
	bus->masker = masker;
	bus->clock_mono = clock_mono != NULL ? clock_mono : real_mono;
	bus->clock_wall = clock_wall != NULL ? clock_wall : real_wall;
	bus->clock_ctx = clock_ctx;
	rb_arena_init(&bus->texts, alloc);
	rb_arena_init(&bus->copies, alloc);
	return bus;
}

void
rb_bus_free(struct rb_bus *bus)
{
	if (bus == NULL)
		return;
	rb_arena_free(&bus->texts);
	rb_arena_free(&bus->copies);
	rb_alloc_free(bus->alloc, bus->sinks);
	rb_alloc_free(bus->alloc, bus);
}

void
rb_bus_add(struct rb_bus *bus, const struct rb_sink *sink)
{
	bus->sinks = rb_alloc_grow(bus->alloc, bus->sinks, sizeof(*bus->sinks), bus->nsinks, &bus->cap);
	bus->sinks[bus->nsinks++] = sink;
}

static void
forget_removed(struct rb_bus *bus)
{
	size_t kept = 0;

	for (size_t i = 0; i < bus->nsinks; i++) {
		if (bus->sinks[i] != NULL)
			bus->sinks[kept++] = bus->sinks[i];
	}
	bus->nsinks = kept;
}

void
rb_bus_remove(struct rb_bus *bus, const struct rb_sink *sink)
{
	for (size_t i = 0; i < bus->nsinks; i++) {
		if (bus->sinks[i] == sink)
			bus->sinks[i] = NULL;
	}
	if (!bus->busy)
		forget_removed(bus);
}

/* The text, masked, in memory that lives until the next event. */
static struct rb_str
masked(struct rb_bus *bus, struct rb_str text,
    void (*mask)(const struct rb_masker *m, struct rb_str in, struct rb_buf *out))
{
	struct rb_buf out;
	struct rb_str kept;

	if (text.n == 0)
		return text;
	rb_buf_init(&out, bus->alloc, FIELD_MAX);
	mask(bus->masker, text, &out);
	kept = rb_arena_str(&bus->texts, rb_buf_view(&out));
	rb_buf_free(&out);
	return kept;
}

static void
mask_event(struct rb_bus *bus, struct rb_event *ev)
{
	ev->where.title = masked(bus, ev->where.title, rb_masker_text);
	for (size_t i = 0; i < ev->nfields; i++) {
		struct rb_event_field *f = &ev->fields[i];

		if (f->type == RB_EVF_TEXT)
			f->text = masked(bus, f->text, rb_masker_text);
		else if (f->type == RB_EVF_JSON)
			f->text = masked(bus, f->text, rb_masker_json);
	}
}

static int
hand_out(struct rb_bus *bus, struct rb_event *ev)
{
	const struct rb_event *shown = ev;
	size_t nsinks = bus->nsinks; /* one that is added meanwhile gets the next event */
	struct rb_event copy;
	int result = 0;

	ev->seq = rb_event_rows[ev->type].recorded ? ++bus->seq : 0;
	ev->wall = bus->clock_wall(bus->clock_ctx);
	ev->mono = bus->clock_mono(bus->clock_ctx);
	if (rb_masker_active(bus->masker)) {
		copy = *ev;
		mask_event(bus, &copy);
		shown = &copy;
	}
	for (size_t i = 0; i < nsinks; i++) {
		const struct rb_sink *sink = bus->sinks[i];

		if (sink != NULL && sink->event(sink->ctx, shown) < 0)
			result = -1;
	}
	rb_arena_clear(&bus->texts);
	return ev->durable ? result : 0;
}

static void
copy_where(struct rb_arena *arena, struct rb_where *where)
{
	where->step = rb_arena_str(arena, where->step);
	where->id = rb_arena_str(arena, where->id);
	where->title = rb_arena_str(arena, where->title);
}

static void
put_off(struct rb_bus *bus, const struct rb_event *ev)
{
	struct waiting *w = RB_NEW(&bus->copies, struct waiting);

	w->ev = *ev;
	copy_where(&bus->copies, &w->ev.where);
	for (size_t i = 0; i < w->ev.nfields; i++)
		w->ev.fields[i].text = rb_arena_str(&bus->copies, w->ev.fields[i].text);
	if (bus->first == NULL)
		bus->first = w;
	else
		bus->last->next = w;
	bus->last = w;
}

int
rb_bus_emit(struct rb_bus *bus, struct rb_event *ev)
{
	int result;

	if (bus->busy) {
		put_off(bus, ev);
		return ev->durable ? -1 : 0;
	}
	bus->busy = true;
	result = hand_out(bus, ev);
	while (bus->first != NULL) {
		struct waiting *w = bus->first;

		bus->first = w->next;
		hand_out(bus, &w->ev);
	}
	bus->busy = false;
	forget_removed(bus);
	rb_arena_clear(&bus->copies);
	return result;
}

struct rb_bus_output {
	struct rb_bus *bus;
	struct rb_arena arena; /* the texts of `where` */
	struct rb_where where;
	enum rb_stream stream;
	struct rb_mask_stream *mask; /* made when there is something to mask */
	struct rb_buf safe;
};

struct rb_bus_output *
rb_bus_output_open(struct rb_bus *bus, const struct rb_where *where, enum rb_stream stream)
{
	struct rb_bus_output *o = rb_alloc_zero(bus->alloc, 1, sizeof(*o));

	o->bus = bus;
	o->stream = stream;
	o->where = *where;
	rb_arena_init(&o->arena, bus->alloc);
	o->where.title = masked(bus, o->where.title, rb_masker_text);
	copy_where(&o->arena, &o->where);
	rb_buf_init(&o->safe, bus->alloc, OUTPUT_MAX);
	return o;
}

static void
hand_output(struct rb_bus_output *o, struct rb_str bytes)
{
	for (size_t i = 0; i < o->bus->nsinks && bytes.n > 0; i++) {
		const struct rb_sink *sink = o->bus->sinks[i];

		if (sink != NULL && sink->output != NULL)
			sink->output(sink->ctx, &o->where, o->stream, bytes);
	}
}

struct rb_str
rb_bus_output_write(struct rb_bus_output *o, struct rb_str bytes)
{
	if (!rb_masker_active(o->bus->masker)) {
		hand_output(o, bytes);
		return bytes;
	}
	if (o->mask == NULL)
		o->mask = rb_mask_stream_new(o->bus->masker, o->bus->alloc);
	for (size_t from = 0; from < bytes.n; from += OUTPUT_SLICE) {
		rb_buf_clear(&o->safe);
		rb_mask_stream_feed(o->mask, rb_str_cut(bytes, from, from + OUTPUT_SLICE), &o->safe);
		hand_output(o, rb_buf_view(&o->safe));
	}
	return rb_buf_view(&o->safe);
}

struct rb_str
rb_bus_output_end(struct rb_bus_output *o)
{
	if (o->mask == NULL)
		return RB_STR("");
	rb_buf_clear(&o->safe);
	rb_mask_stream_end(o->mask, &o->safe);
	hand_output(o, rb_buf_view(&o->safe));
	return rb_buf_view(&o->safe);
}

void
rb_bus_output_close(struct rb_bus_output *o)
{
	if (o == NULL)
		return;
	rb_bus_output_end(o);
	rb_mask_stream_free(o->mask);
	rb_buf_free(&o->safe);
	rb_arena_free(&o->arena);
	rb_alloc_free(o->bus->alloc, o);
}
