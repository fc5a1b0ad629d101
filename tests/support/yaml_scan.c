/* The measure for loading: libyaml's own scan of a file, events thrown away.
 *
 *   yaml_scan FILE
 */
#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "args.h"

int
main(int argc, char **argv)
{
	FILE *f = argc == 2 ? fopen(argv[1], "rbe") : NULL;
	yaml_parser_t parser;
	yaml_event_t event;
	if (f == NULL || !yaml_parser_initialize(&parser)) {
		fprintf(stderr, "usage: yaml_scan FILE (%s)\n", strerror(errno));
		return 2;
	}
	yaml_parser_set_input_file(&parser, f);
	int ok = 1;
	for (bool end = false; ok && !end;) {
		ok = yaml_parser_parse(&parser, &event);
		if (ok) {
			end = event.type == YAML_STREAM_END_EVENT;
			yaml_event_delete(&event);
		}
	}
	if (!ok)
		fprintf(
		    stderr, "yaml_scan: %s:%zu: %s\n", argv[1], parser.problem_mark.line + 1, parser.problem);
	yaml_parser_delete(&parser);
	fclose(f);
	return ok ? 0 : 1;
}
