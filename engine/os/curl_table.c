/* Loads libcurl: by dlopen, or, with RB_STATIC_CURL, by the addresses that the linker knows. */
#include "os/curl_table.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#ifdef RB_STATIC_CURL

int
rb_curl_load(struct rb_curl *t, char *why, size_t n)
{
	(void)why;
	(void)n;
#define RB_CURL_FILL(name) t->name = curl_##name;
	RB_CURL_FUNCTIONS(RB_CURL_FILL)
#undef RB_CURL_FILL
	return 0;
}

#else

#ifdef __APPLE__
static const char LIBRARY[] = "libcurl.4.dylib";
#else
static const char LIBRARY[] = "libcurl.so.4";
#endif

/* Finds one function; its pointer goes through memory, as ISO C knows no cast from object to function. */
static int
find(void *library, const char *name, void *field, size_t size)
{
	void *p = dlsym(library, name);

	if (p == NULL)
		return -1;
	memcpy(field, &p, size);
	return 0;
}

int
rb_curl_load(struct rb_curl *t, char *why, size_t n)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	const char *error;

	if (library == NULL) {
		error = dlerror();
		snprintf(why, n, "libcurl cannot be loaded: %s", error != NULL ? error : LIBRARY);
		return -1;
	}
#define RB_CURL_FIND(name)                                                                                   \
	if (find(library, "curl_" #name, &t->name, sizeof(t->name)) != 0) {                                  \
		snprintf(why, n, "%s is too old: it has no curl_" #name, LIBRARY);                           \
		return -1;                                                                                   \
	}
	RB_CURL_FUNCTIONS(RB_CURL_FIND)
#undef RB_CURL_FIND
	return 0;
}

#endif
