# smtpscope: one Makefile, no configure step.  `make help` lists what there is.

PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
CC      ?= cc
CFLAGS  ?= -O2 -g
SHARED  ?= ../shared
MODE    ?=

VERSION := 0.1.0
PKGS    := libpcap zlib libzstd libcrypto
pkg      = $(shell pkg-config $(1) $(PKGS) 2>/dev/null)

WARN     = -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wvla $(WERROR)
CPPFLAGS += -Iinclude -Isrc -D_GNU_SOURCE -DSC_VERSION='"$(VERSION)"' $(call pkg,--cflags)
ALLFLAGS = -std=c11 $(WARN) $(CFLAGS) $(MODE) -fno-strict-aliasing -MMD -MP
LIBS     = $(call pkg,--libs)

# The library is every directory below src but these three; the directory is the registry.
PROGRAM_DIRS := src/input src/tui src/app
LIB_SRC  := $(sort $(filter-out $(addsuffix /%,$(PROGRAM_DIRS)),$(wildcard src/*/*.c src/*/*/*.c)))
PROG_SRC := $(sort $(wildcard $(addsuffix /*.c,$(PROGRAM_DIRS))))
LIB_OBJ  := $(LIB_SRC:src/%.c=$(BUILD)/obj/%.o)
PROG_OBJ := $(PROG_SRC:src/%.c=$(BUILD)/obj/%.o)
MAIN_OBJ := $(BUILD)/obj/app/main.o

UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))

all: $(BUILD)/smtpscope

$(BUILD)/smtpscope: $(PROG_OBJ) $(BUILD)/libsmtpscope.a
	$(CC) $(ALLFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libsmtpscope.a: $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/obj/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALLFLAGS) -c -o $@ $<

# A test links what it tests: the library and the program's parts but main.
$(BUILD)/unit/%: tests/unit/%.c $(filter-out $(MAIN_OBJ),$(PROG_OBJ)) $(BUILD)/libsmtpscope.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALLFLAGS) -Itests -MF $@.d -o $@ $< $(filter-out $(MAIN_OBJ),$(PROG_OBJ)) $(BUILD)/libsmtpscope.a \
		$(LIBS) $(shell pkg-config --libs cmocka)

unit: $(UNIT_BIN)
	@for t in $(UNIT_BIN); do $$t || exit 1; done

clean:
	rm -rf $(BUILD)

.PHONY: all unit clean
-include $(LIB_OBJ:.o=.d) $(PROG_OBJ:.o=.d)
