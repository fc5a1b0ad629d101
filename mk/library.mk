# librunbook for programs that embed it, and what `make install` puts where. Included by the Makefile, whose names it
# uses: B, ALL_CFLAGS, LAYERS, LIBS, $(call lib,LAYER).

# Follows engine/api/run.c: rb_version.
VERSION = $(shell sed -n 's/^\treturn "\([0-9.]*\)";$$/\1/p' engine/api/run.c)
# Goes up when a program that was linked before could not use the library any more.
SONAME := librunbook.so.0
LIBRARY := $(B)/librunbook.a $(B)/$(SONAME) $(B)/runbook.pc
# runbook.h and what it includes; the test of the installation compiles a program with no others.
PUBLIC_HEADERS := $(addprefix engine/,base/export.h base/alloc.h base/str.h base/buf.h base/clock.h event/event.h)

.PHONY: library
library: $(LIBRARY)
# The example includes what will be installed as <runbook.h>.
$(B)/examples/embed/%.o: ALL_CFLAGS += -Iengine/api

INNER := $(foreach l,$(filter-out cli,$(LAYERS)),$(call lib,$(l)))
# One object, in which only what is marked RB_API is left to be linked against: the layers use hidden names of each
# other, which a program around the library could otherwise clash with.
$(B)/librunbook.o: $(INNER)
	$(CC) $(CFLAGS) -nostdlib -r -o $@ -Wl,--whole-archive $^ -Wl,--no-whole-archive
	objcopy --localize-hidden $@
$(B)/librunbook.a: $(B)/librunbook.o
	@rm -f $@
	ar rcs $@ $<
$(B)/$(SONAME): $(INNER)
	$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,-z,defs -o $@ -Wl,--whole-archive $^ -Wl,--no-whole-archive $(LIBS) $(SAN_LIBS)

# Told by whoever installs it, since the prefix is known then.
.PHONY: $(B)/runbook.pc
$(B)/runbook.pc:
	@mkdir -p $(@D)
	@printf '%s\n' 'prefix=$(prefix)' 'includedir=$${prefix}/include/runbook' 'libdir=$${prefix}/lib' '' 'Name: runbook' \
	    'Description: Loads, checks, previews, tests and runs operations runbooks' 'Version: $(VERSION)' \
	    'Cflags: -I$${includedir}' 'Libs: -L$${libdir} -lrunbook' 'Libs.private: $(LIBS)' >$@

DATA := $(DESTDIR)$(prefix)/share/runbook
DOC := $(DESTDIR)$(prefix)/share/doc/runbook
INCLUDE := $(DESTDIR)$(prefix)/include/runbook
LIB := $(DESTDIR)$(prefix)/lib

# The links between the pages and to the examples are relative, so they are laid out as they are here.
.PHONY: install uninstall
install: all library
	install -d $(DESTDIR)$(prefix)/bin $(DATA)/runbooks $(DOC)/docs/stdlib $(DOC)/examples/embed $(INCLUDE)/base $(INCLUDE)/event $(LIB)/pkgconfig
	install -m 755 $(B)/runbook $(DESTDIR)$(prefix)/bin/runbook
	install -m 644 runbooks/*.yaml $(DATA)/runbooks/
	install -m 644 LICENSE README.md $(DOC)/
	install -m 644 docs/*.md $(DOC)/docs/
	install -m 644 docs/stdlib/*.md $(DOC)/docs/stdlib/
	install -m 644 examples/*.yaml $(DOC)/examples/
	install -m 644 examples/embed/embed.c $(DOC)/examples/embed/
	install -m 644 engine/api/runbook.h $(INCLUDE)/
	for h in $(PUBLIC_HEADERS); do install -m 644 "$$h" $(INCLUDE)/"$${h#engine/}" || exit 1; done
	install -m 644 $(B)/librunbook.a $(LIB)/
	install -m 755 $(B)/$(SONAME) $(LIB)/
	ln -sf $(SONAME) $(LIB)/librunbook.so
	install -m 644 $(B)/runbook.pc $(LIB)/pkgconfig/
uninstall:
	rm -f $(DESTDIR)$(prefix)/bin/runbook $(LIB)/librunbook.a $(LIB)/$(SONAME) $(LIB)/librunbook.so $(LIB)/pkgconfig/runbook.pc
	rm -rf $(DATA) $(DOC) $(INCLUDE)
