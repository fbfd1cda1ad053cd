/* SHA-2, SHA-1, HMAC and base64 against NIST's and the RFCs' vectors. */
#include "base/digest.h"

#include <stdbool.h>

#include "test/unit/unit.h"

/* FIPS 180-4's examples, and NIST's million letters. */
static const struct sha_case {
	const char *name, *in;
	size_t times;
	const char *want;
} sha_cases[] = {
	{ "nothing has a hash", "", 1,
	    "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855" },
	{ "three letters have NIST's hash", "abc", 1,
	    "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "56 letters have NIST's hash",
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1" },
	{ "a million letters have NIST's hash", "a", 1000000,
	    "cdc76e5c9914fb9281a1c7e284d73e67"
	    "f1809a48a497200e046d39ccc7112cd0" },
};

static void
hash_is_right(void **state)
{
	const struct sha_case *row = *state;
	unsigned char digest[DIGEST_SIZE];
	struct buf text = { 0 }, got = { 0 };

	for (size_t i = 0; i < row->times; i++)
		buf_add_str(&text, row->in);
	digest_sha256(text.data, text.len, digest);
	buf_add_hex(&got, digest, sizeof(digest));
	unit_check_text(&got, row->want);
	buf_free(&text);
}

/* FIPS 180-4's examples again. */
static const struct sha_case sha1_cases[] = {
	{ "nothing has a SHA-1", "", 1,
	    "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ "three letters have NIST's SHA-1", "abc", 1,
	    "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ "56 letters have NIST's SHA-1",
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	    "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
};

static void
sha1_is_right(void **state)
{
	const struct sha_case *row = *state;
	unsigned char digest[DIGEST_SHA1_SIZE];
	struct buf got = { 0 };

	digest_sha1(row->in, strlen(row->in), digest);
	buf_add_hex(&got, digest, sizeof(digest));
	unit_check_text(&got, row->want);
}

/*
 * RFC 4231, section 4. A key or data of one byte many times over is given as
 * that byte and its length; case 5 truncates its output, as we never do.
 */
static const struct hmac_case {
	const char *name;
	const char *key;
	size_t key_len;
	const char *data;
	size_t data_len;
	const char *want;
} hmac_cases[] = {
	{ "RFC 4231's case 1", "\x0b", 20, "Hi There", 8,
	    "b0344c61d8db38535ca8afceaf0bf12b"
	    "881dc200c9833da726e9376c2e32cff7" },
	{ "RFC 4231's case 2: a short key", "Jefe", 4,
	    "what do ya want for nothing?", 28,
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843" },
	{ "RFC 4231's case 3", "\xaa", 20, "\xdd", 50,
	    "773ea91e36800e46854db8ebd09181a7"
	    "2959098b3ef8c122d9635514ced565fe" },
	{ "RFC 4231's case 4",
	    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d"
	    "\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19",
	    25, "\xcd", 50,
	    "82558a389a443c0ea4cc819899f2083a"
	    "85f0faa3e578f8077a2e3ff46729665b" },
	{ "RFC 4231's case 6: a key longer than a block", "\xaa", 131,
	    "Test Using Larger Than Block-Size Key - Hash Key First", 54,
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54" },
	{ "RFC 4231's case 7: key and data longer than a block", "\xaa", 131,
	    "This is a test using a larger than block-size key and a larger "
	    "than block-size data. The key needs to be hashed before being "
	    "used by the HMAC algorithm.",
	    152,
	    "9b09ffa71b942fcb27635fbcd5b0e944"
	    "bfdc63644f0713938a7f51535c3a35e2" },
};

static void
add_repeated(struct buf *out, const char *text, size_t len)
{
	if (strlen(text) > 1)
		buf_add(out, text, len);
	else
		while (out->len < len)
			buf_add(out, text, 1);
}

static void
hmac_is_right(void **state)
{
	const struct hmac_case *row = *state;
	unsigned char digest[DIGEST_SIZE];
	struct buf key = { 0 }, data = { 0 }, got = { 0 };

	add_repeated(&key, row->key, row->key_len);
	add_repeated(&data, row->data, row->data_len);
	assert_int_equal(key.len, row->key_len);
	assert_int_equal(data.len, row->data_len);
	digest_hmac_sha256(key.data, key.len, data.data, data.len, digest);
	buf_add_hex(&got, digest, sizeof(digest));
	unit_check_text(&got, row->want);
	buf_free(&key);
	buf_free(&data);
}

/* As SigV4 chains its keys; the digest by Python's hmac. */
static void
hmac_may_replace_its_key(void **state)
{
	unsigned char key[DIGEST_SIZE] = "0123456789abcdef0123456789abcde";
	struct buf got = { 0 };

	(void)state;
	key[DIGEST_SIZE - 1] = 'f';
	digest_hmac_sha256(key, sizeof(key), "data", 4, key);
	buf_add_hex(&got, key, sizeof(key));
	unit_check_text(&got,
	    "ed371f87983563d6173c4a3c24961640"
	    "c6260d0ae40dd824dc357c610b8e3546");
}

/* RFC 4648, section 10, and two that differ between its alphabets. */
static const struct base64_case {
	const char *name, *bytes;
	size_t len;
	const char *padded, *unpadded, *url;
} base64_cases[] = {
	{ "no bytes are no text", "", 0, "", "", "" },
	{ "one byte has two pads", "f", 1, "Zg==", "Zg", "Zg==" },
	{ "two bytes have one pad", "fo", 2, "Zm8=", "Zm8", "Zm8=" },
	{ "three bytes have no pad", "foo", 3, "Zm9v", "Zm9v", "Zm9v" },
	{ "four bytes", "foob", 4, "Zm9vYg==", "Zm9vYg", "Zm9vYg==" },
	{ "five bytes", "fooba", 5, "Zm9vYmE=", "Zm9vYmE", "Zm9vYmE=" },
	{ "six bytes", "foobar", 6, "Zm9vYmFy", "Zm9vYmFy", "Zm9vYmFy" },
	{ "plus is minus in URLs", "\xfb\xef\xbe", 3, "++++", "++++", "----" },
	{ "slash is underscore in URLs", "\xff\xff\xff", 3, "////", "////",
	    "____" },
	{ "zeroes are bytes", "\0\0\0\0", 4, "AAAAAA==", "AAAAAA", "AAAAAA==" },
};

static void
base64_is_written(void **state)
{
	const struct base64_case *row = *state;
	struct buf got = { 0 };

	digest_add_base64(&got, row->bytes, row->len);
	unit_check_text(&got, row->padded);
}

static void
base64_is_read(void **state)
{
	const struct base64_case *row = *state;
	const char *const texts[] = { row->padded, row->unpadded, row->url };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf got = { 0 };

		assert_int_equal(digest_add_decoded(&got, texts[i],
				     strlen(texts[i])),
		    0);
		unit_check_buf(&got, row->bytes, row->len);
	}
}

static const struct refusal {
	const char *name, *in;
} refusals[] = {
	{ "a lone letter is refused", "A" },
	{ "five letters are refused", "AAAAA" },
	{ "a lone pad is refused", "=" },
	{ "only pads are refused", "==" },
	{ "four pads are refused", "====" },
	{ "one pad where two belong is refused", "Zg=" },
	{ "two pads where one belongs are refused", "Zm8==" },
	{ "a pad behind a whole group is refused", "Zm9v=" },
	{ "four pads behind a whole group are refused", "Zm9v====" },
	{ "a pad inside is refused", "Zg==Zg==" },
	{ "three pads are refused", "Z===" },
	{ "a space is refused", "Zm 9v" },
	{ "a space before is refused", " Zm9v" },
	{ "a newline behind is refused", "Zm9v\n" },
	{ "a newline inside is refused", "Zm9v\nZm9v" },
	{ "a mark outside the alphabets is refused", "Zm9*" },
	{ "UTF-8 is refused", "Zm\xc3\xa9" },
};

static void
text_is_refused(void **state)
{
	const struct refusal *row = *state;
	struct buf got = { 0 };

	buf_add_str(&got, "before");
	assert_int_equal(digest_add_decoded(&got, row->in, strlen(row->in)),
	    -1);
	unit_check_text(&got, "before");
}

static void
nul_is_refused(void **state)
{
	struct buf got = { 0 };

	(void)state;
	assert_int_equal(digest_add_decoded(&got, "Zm\0v", 4), -1);
	assert_int_equal(got.len, 0);
	buf_free(&got);
}

static void
all_lengths_are_read_back(void **state)
{
	unsigned char bytes[300];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)(i * 167 % 256);
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		struct buf text = { 0 }, got = { 0 };

		digest_add_base64(&text, bytes, len);
		assert_int_equal(text.len, (len + 2) / 3 * 4);
		assert_int_equal(digest_add_decoded(&got, buf_str(&text),
				     text.len),
		    0);
		assert_int_equal(got.len, len);
		assert_memory_equal(buf_str(&got), bytes, len);
		buf_free(&text);
		buf_free(&got);
	}
}

static void
random_stays_below(void **state)
{
	bool was_seen[10] = { false };

	(void)state;
	/* That one of ten is missed in 1,000 draws: 10 * 0.9^1000. */
	for (size_t i = 0; i < 1000; i++) {
		unsigned long number = digest_random(10);

		assert_in_range(number, 0, 9);
		was_seen[number] = true;
	}
	for (size_t i = 0; i < 10; i++)
		assert_true(was_seen[i]);
	assert_int_equal(digest_random(1), 0);
}

/* RFC 4648, sections 5 and 10; what stood there before stays. */
static const struct base64url_case {
	const char *name, *in, *want;
} base64url_cases[] = {
	{ "nothing is nothing", "", "" },
	{ "one byte has no padding", "f", "Zg" },
	{ "two bytes have no padding", "fo", "Zm8" },
	{ "three bytes need none", "foo", "Zm9v" },
	{ "62 and 63 are - and _", "\xfb\xff\xfe", "-__-" },
};

static void
base64url_is_written(void **state)
{
	const struct base64url_case *row = *state;
	struct buf out = { 0 }, want = { 0 };

	buf_add_str(&out, "+/=");
	digest_add_base64url(&out, row->in, strlen(row->in));
	buf_addf(&want, "+/=%s", row->want);
	unit_check_text(&out, want.data);
	buf_free(&want);
}

int
main(void)
{
	struct unit unit = { 0 };

	mem_init();
	UNIT_ADD_ROWS(&unit, sha_cases, hash_is_right);
	UNIT_ADD_ROWS(&unit, sha1_cases, sha1_is_right);
	UNIT_ADD_ROWS(&unit, hmac_cases, hmac_is_right);
	unit_add(&unit, "an HMAC may be written over its key",
	    hmac_may_replace_its_key, NULL);
	UNIT_ADD_ROWS(&unit, base64_cases, base64_is_written);
	UNIT_ADD_ROWS(&unit, base64_cases, base64_is_read);
	UNIT_ADD_ROWS(&unit, base64url_cases, base64url_is_written);
	UNIT_ADD_ROWS(&unit, refusals, text_is_refused);
	unit_add(&unit, "a NUL is refused", nul_is_refused, NULL);
	unit_add(&unit, "bytes of all lengths are read back",
	    all_lengths_are_read_back, NULL);
	unit_add(&unit, "random numbers are below the limit, and all of them",
	    random_stays_below, NULL);
	return unit_run(&unit, "digest");
}
