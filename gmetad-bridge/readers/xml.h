/* xml.h - the elements of Ganglia's XML, each appended to a buffer.
 *
 * gmond and gmetad print the same elements a little differently, and so are they
 * printed here: XML_GMOND as gmond does, XML_GMETAD as gmetad does. What comes from
 * the network is harmless already (sflow/text.h); what comes from the
 * configuration is escaped here.
 */
#ifndef BRIDGE_XML_H
#define BRIDGE_XML_H

#include <stdint.h>

#include "common/buffer.h"
#include "gmetad-bridge/config/config.h"
#include "gmetad-bridge/steps/summary.h"
#include "sflow/store/store.h"

#define XML_VERSION "3.7.2" /* the Ganglia whose XML this is */

enum xml_source { XML_GMOND, XML_GMETAD };

/* The declaration, the DTD and <GANGLIA_XML>; its end. */
void xml_begin(struct buffer *buffer, enum xml_source source);
void xml_end(struct buffer *buffer);

/* <GRID>, and </GRID>. */
void xml_grid(struct buffer *buffer, const struct config *config, int64_t wall_s);
void xml_grid_end(struct buffer *buffer);

/* <CLUSTER>, and </CLUSTER>. */
void xml_cluster(struct buffer *buffer, const struct config_cluster *cluster,
                 int64_t wall_s);
void xml_cluster_end(struct buffer *buffer);

/* <HOST>, and </HOST>. Its TMAX is a quarter of the silence that makes it down, and
 * its TN is on the side of that on which it is: a host is up for gmetad when its
 * TN is under four TMAX, and down for ganglia-web when its TN is over. */
void xml_host(struct buffer *buffer, enum xml_source source,
              const struct store_state *host, unsigned dmax_s, int64_t now,
              int64_t wall_ms);
void xml_host_end(struct buffer *buffer);

/* <METRIC> with its EXTRA_DATA, of a host that is locked. */
void xml_metric(struct buffer *buffer, enum xml_source source,
                const struct store_value *value, int64_t now);

/* <HOSTS/>: how many are up and down; and <METRICS>: a sum over them. */
void xml_hosts(struct buffer *buffer, unsigned up, unsigned down);
void xml_sum(struct buffer *buffer, const struct summary_metric *sum);

/* Appends text as an attribute's value: UTF-8 becomes character references, what is
 * no UTF-8 is taken for ISO-8859-1, and control characters become "_". */
void xml_escape(struct buffer *buffer, const char *text);

#endif
