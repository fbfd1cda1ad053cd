# ecr-secret: one small binary. See README.md; each target says what it does.
VERSION = 0.1.0
PREFIX = /usr/local

CC = cc
PYTHON = $$(packaging/deps.sh venv)/bin/python
VECTORS ?= ../shared/vectors
export VECTORS

SRC := $(wildcard *.c base/*.c aws/*.c cluster/*.c registry/*.c cmd/*.c \
	cmd/*/*.c)
LIBS = libcurl openssl libcjson yaml-0.1

CPPFLAGS = -I. -D_DEFAULT_SOURCE -DVERSION='"$(VERSION)"'
CFLAGS = -O2 -g
WARN = -std=c11 -Wall -Wextra -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wno-missing-field-initializers
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
	-fno-sanitize-recover=all

# The hardened static-pie. That functions of glibc "require the shared
# libraries at runtime" is not so for what we call: no warnings of the linker.
HARDEN = -fPIE -fstack-protector-strong -fstack-clash-protection \
	-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 \
	-ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables \
	-ffile-prefix-map=$(CURDIR)=.
STATIC_LD = -static-pie -s -Wl,-z,relro,-z,now,-z,noexecstack \
	-Wl,--gc-sections,--build-id=none,--no-warnings $(RELR_$(ARCH))

.PHONY: all static image deps demo test unit integration e2e lint format \
	bench bench-cluster install clean

# For developers: the system's shared libraries.
all: build/dev/ecr-secret build/dev/docker-credential-ecr-secret

# --- A build in a folder of its own: build/KIND/... ------------------------

objects = $(patsubst %.c,build/$(1)/%.o,$(SRC)) build/$(1)/roots.o

build/dev/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(WARN) -MMD -MP -c -o $@ $<

build/san/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(SANITIZE) $(WARN) -Werror -MMD -MP -c -o $@ $<

build/dev/roots.o build/san/roots.o: packaging/no-roots.c base/roots.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -c -o $@ $<

build/dev/ecr-secret: $(call objects,dev)
	$(CC) $(LDFLAGS) -o $@ $^ $$(pkg-config --libs $(LIBS))

build/san/ecr-secret: $(call objects,san)
	$(CC) -fsanitize=address,undefined -o $@ $^ \
	    $$(pkg-config --libs $(LIBS))

# By this name it is docker's credential helper.
%/docker-credential-ecr-secret: %/ecr-secret
	ln -sf ecr-secret $@

# --- The release: one static binary -----------------------------------------

ARCH = $(shell dpkg --print-architecture 2>/dev/null)
HOST_ARCH := $(shell dpkg --print-architecture 2>/dev/null)
STATIC_CC_amd64 = x86_64-linux-gnu-gcc -fcf-protection
STATIC_CC_arm64 = aarch64-linux-gnu-gcc -mbranch-protection=standard
RELR_amd64 = -Wl,-z,pack-relative-relocs # arm64's linker has none
STATIC = build/static-$(ARCH)
BINARY = $(if $(filter $(HOST_ARCH),$(ARCH)),build/ecr-secret,$\
	build/ecr-secret-$(ARCH))

static: # needs packaging/deps.sh static; ARCH=arm64 crosses
	@packaging/deps.sh static $(filter arm64,$(ARCH))
	@libs=$$(packaging/static-libs.sh $(ARCH)) && \
	    $(MAKE) --no-print-directory static-binary LIBDIR=$$libs

.PHONY: static-binary
static-binary: $(BINARY) $(if $(filter build/ecr-secret,$(BINARY)),$\
	build/docker-credential-ecr-secret)

$(STATIC)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(STATIC_CC_$(ARCH)) $(CPPFLAGS) -isystem $(LIBDIR)/include -O2 \
	    $(HARDEN) $(WARN) -MMD -MP -c -o $@ $<

ROOTS_PACKAGE = $(wildcard /var/lib/dpkg/info/ca-certificates.list)

$(STATIC)/roots.c: packaging/roots.sh $(ROOTS_PACKAGE)
	@mkdir -p $(@D)
	packaging/roots.sh >$@.tmp && mv $@.tmp $@

$(STATIC)/roots.o: $(STATIC)/roots.c
	$(STATIC_CC_$(ARCH)) $(CPPFLAGS) -O2 $(HARDEN) -c -o $@ $<

# The libraries' folder has their versions in its name: new ones link anew.
$(STATIC)/libs: FORCE
	@mkdir -p $(@D)
	@echo $(LIBDIR) | cmp -s - $@ || echo $(LIBDIR) >$@
FORCE:

$(BINARY): $(patsubst %.c,$(STATIC)/%.o,$(SRC)) $(STATIC)/roots.o $(STATIC)/libs
	$(STATIC_CC_$(ARCH)) $(STATIC_LD) -Wl,-Map=$(STATIC)/map \
	    -o $@ $(filter %.o,$^) \
	    -B$(LIBDIR)/lib -L$(LIBDIR)/lib -lcurl -lssl -lcrypto -lcares \
	    -lcjson -lyaml

image: # an OCI image for both architectures, and its bill of materials
	@packaging/deps.sh static arm64 image
	@$(MAKE) --no-print-directory static ARCH=amd64
	@$(MAKE) --no-print-directory static ARCH=arm64
	@packaging/image.sh $(VERSION) amd64=build/ecr-secret \
	    arm64=build/ecr-secret-arm64

# --- Tests and checks ----------------------------------------------------------

deps: # installs what all of this needs, as root or with sudo
	packaging/deps.sh

UNIT := $(wildcard test/unit/test_*.c)

build/san/test/unit/%: test/unit/%.c $(wildcard test/unit/*.h) \
    $(filter-out build/san/ecr-secret.o,$(call objects,san))
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(SANITIZE) $(WARN) -MMD -MP -o $@ $(filter-out %.h,$^) \
	    $$(pkg-config --libs $(LIBS) cmocka)

unit: $(UNIT:%.c=build/san/%)
	@failed=; for test in $^; do $$test || failed="$$failed $$test"; done; \
	    [ -z "$$failed" ] || { echo "failed:$$failed"; exit 1; }

integration: build/dev/ecr-secret build/san/ecr-secret
	$(PYTHON) -m pytest -q -n 4 test/integration test/test_layers.py

test: # all that needs no network: under sanitizers, and the static binary
	@packaging/deps.sh build static test
	@$(MAKE) --no-print-directory static
	@$(MAKE) --no-print-directory unit integration

e2e: # against a real Kubernetes, moto and a registry; needs Go, too
	@packaging/deps.sh build static arm64 image test e2e
	@$(MAKE) --no-print-directory image
	@[ -n "$$KUBECONFIG" ] || test/e2e/apiserver/build.sh >/dev/null
	$(PYTHON) -m pytest -q -c test/pytest.ini test/e2e

demo: # a real tick against stand-ins of AWS and Kubernetes
	@packaging/deps.sh build static test
	@$(MAKE) --no-print-directory static
	@$(PYTHON) test/demo.py build/ecr-secret

lint:
	@packaging/deps.sh lint
	@packaging/lint.sh

format:
	$$(packaging/deps.sh venv)/bin/clang-format -i \
	    $$(git ls-files -co --exclude-standard '*.c' '*.h')

bench: # the figures of the README
	@packaging/deps.sh build static test bench
	@$(MAKE) --no-print-directory static
	@$(PYTHON) test/bench/bench.py build/ecr-secret

bench-cluster: # a fan-out beside a kubectl loop, on a real API server
	@packaging/deps.sh build static arm64 image test e2e
	@$(MAKE) --no-print-directory static
	$(PYTHON) -m pytest -q -c test/pytest.ini test/e2e/bench_fan_out.py

install: static
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/ecr-secret
	ln -sf ecr-secret $(DESTDIR)$(PREFIX)/bin/docker-credential-ecr-secret
	install -D -m 644 ecr-secret.1 \
	    $(DESTDIR)$(PREFIX)/share/man/man1/ecr-secret.1

clean:
	rm -rf build

-include $(patsubst %.c,build/dev/%.d,$(SRC)) $(patsubst %.c,build/san/%.d,$(SRC))
-include $(patsubst %.c,$(STATIC)/%.d,$(SRC))
