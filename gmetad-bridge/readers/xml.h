/* xml.h - the elements of Ganglia's XML, each appended to a buffer.
 *
 * gmond and gmetad print the same elements a little differently: XML_GMOND prints them
 * as gmond does, XML_GMETAD as gmetad does. Texts from the network are harmless already
 * (sflow/text.h); texts from the configuration are escaped here.
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

/* Print the XML declaration, the DTD and <GANGLIA_XML>; and </GANGLIA_XML>. */
void xml_begin(struct buffer *buffer, enum xml_source source);
void xml_end(struct buffer *buffer);

/* Print <GRID>, and </GRID>. */
void xml_grid(struct buffer *buffer, const struct config *config, int64_t wall_s);
void xml_grid_end(struct buffer *buffer);

/* Print <CLUSTER>, and </CLUSTER>. */
void xml_cluster(struct buffer *buffer, const struct config_cluster *cluster,
                 int64_t wall_s);
void xml_cluster_end(struct buffer *buffer);

/* Print <HOST>, and </HOST>. To gmetad a host is up while its TN is under four TMAX, to
 * ganglia-web it is down when its TN is over that. Both read now and then, and add the
 * time since. So TMAX is a quarter of the silence after which the host is down, and at
 * least 20 s. The TN of a host that is up is at most four TMAX less 35 s, so that one who
 * reads every 30 s never takes it for down; that of a host that is down is over four
 * TMAX. REPORTED is when it was really heard. `dmax_s` is the host's DMAX. */
void xml_host(struct buffer *buffer, enum xml_source source,
              const struct store_state *host, unsigned dmax_s, int64_t now,
              int64_t wall_ms);
void xml_host_end(struct buffer *buffer);

/* Prints <?sflow-former?>: what a name is called now that no host of the cluster has, or that
 * it was removed. It is a processing instruction, which all readers of XML pass over that do
 * not know it; a comment could not have all names, because they may have two dashes. */
void xml_former(struct buffer *buffer, const struct store_former *former);

/* Prints <METRIC> with its EXTRA_DATA. The TN of a value that is stale is over four TMAX,
 * and over its DMAX, so that gmetad neither draws it nor adds it up; that of others is at
 * most four TMAX less 35 s while the host is up. The value's host is
 * locked. */
void xml_metric(struct buffer *buffer, enum xml_source source,
                const struct store_value *value, int64_t now);

/* Print <HOSTS/>, how many hosts are up and down; and <METRICS>, a sum over the
 * hosts. */
void xml_hosts(struct buffer *buffer, unsigned up, unsigned down);
void xml_sum(struct buffer *buffer, const struct summary_metric *sum);

/* Appends text as an attribute's value: characters of UTF-8 become character
 * references, a byte that is no UTF-8 is taken as ISO-8859-1, and control characters
 * become "_". */
void xml_escape(struct buffer *buffer, const char *text);

#endif
