#!/bin/sh
# Prints C source with the root certificates that are compiled in, so that the
# binary works alone where no CA bundle is installed.
#
#     roots.sh [DIR]
#
# DIR is where the ca-certificates package keeps Mozilla's roots. Only the few
# that AWS serves from: every root here could vouch for AWS.
#
# - Amazon Trust Services recommends these five for trust stores of one's own
#   (amazontrust.com/repository). They serve the commercial and GovCloud
#   partitions; the European Sovereign Cloud's own roots are cross-signed by
#   Amazon Root CA 1, 3 and 4 (same page).
# - AWS in China has had its certificates from DigiCert, of whose roots these
#   are the ones for TLS.
# - The isolated partitions (iso, iso-b, iso-e, iso-f) have private roots:
#   there AWS_CA_BUNDLE names them, as for every AWS tool.
set -eu

dir=${1:-/usr/share/ca-certificates/mozilla}
set -- \
    Amazon_Root_CA_1 \
    Amazon_Root_CA_2 \
    Amazon_Root_CA_3 \
    Amazon_Root_CA_4 \
    Starfield_Services_Root_Certificate_Authority_-_G2 \
    DigiCert_Global_Root_CA \
    DigiCert_Global_Root_G2 \
    DigiCert_Global_Root_G3 \
    DigiCert_TLS_ECC_P384_Root_G5 \
    DigiCert_TLS_RSA4096_Root_G5

der=$(mktemp)
trap 'rm -f "$der"' EXIT

echo '/* Made by packaging/roots.sh from the ca-certificates package. */'
echo '#include "base/roots.h"'
table=
i=0
for name; do
	if ! openssl x509 -in "$dir/$name.crt" -outform DER -out "$der" \
	    2>/dev/null; then
		echo "roots: $dir/$name.crt: missing or no certificate" >&2
		exit 1
	fi
	printf '\nstatic const unsigned char root_%d[] = {\n' "$i"
	od -An -v -tx1 "$der" | sed 's/ \(..\)/0x\1,/g'
	echo '};'
	title=$(echo "$name" | tr _ ' ')
	hash=$(openssl x509 -inform DER -in "$der" -noout -subject_hash)
	table="$table	{ \"$title\", root_$i, sizeof(root_$i), 0x$hash },
"
	i=$((i + 1))
done
printf '\nconst struct tls_root tls_roots[] = {\n%s};\n' "$table"
echo 'const size_t tls_roots_n = sizeof(tls_roots) / sizeof(tls_roots[0]);'
