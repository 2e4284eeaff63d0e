/* decode.h - prints datagrams for sflowget --decode: every sample, record and field as
 * it is on the wire and in its order, for people or as JSON.
 *
 * As text, each of these is a line, indented by what it is inside of:
 *
 *   datagram 160 bytes from 192.0.2.1 at 2026-11-23T13:49:22.049Z
 *     datagram.version 5
 *     flow_sample 0:1 120 bytes
 *       flow_sample.source_id 3:80
 *       http_request 0:2206 88 bytes
 *         http_request.method 2 (get)
 *         http_request.uri "/"
 *
 * As JSON, each datagram is an object on a line of its own: "length", "fields" and
 * "samples"; these and their "records" have "format", "structure" (unless it is
 * unknown), "length" and "fields". The meaning of a number follows it: "method":2,
 * "method_text":"get".
 *
 * Numbers are those of the wire, without conversion. Bytes that belong to no known
 * field are "rest", in hexadecimal, and "note" says where something ends too early.
 */
#ifndef SFLOWGET_DECODE_H
#define SFLOWGET_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sflow/address.h"

struct decode;

/* Makes a decoder that prints to `out`. The file stays the caller's, who also has to
 * test it for errors. NULL without memory. decode_free() takes NULL. */
struct decode *decode_new(FILE *out, bool json);
void decode_free(struct decode *d);

/* Prints one datagram, which came from `from` (NULL: not known) at that time of the
 * wall clock. Returns 0; or -1 when it isn't a whole datagram of version 5, and then
 * what can be read is printed, a note, and the rest in hexadecimal. */
int decode_datagram(struct decode *d, const void *bytes, size_t len,
                    const struct address *from, int64_t wall_ms);

#endif
