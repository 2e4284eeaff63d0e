# shellcheck shell=bash
# web-repairs.sh - what a copy of ganglia-web 3.7.5 needs with PHP 8 and the jQuery of
# Debian 12. Sourced by web.sh; bash.
#
#   repair_web FOLDER    of the copy in FOLDER/root/ganglia, and FOLDER/prepend.php

# In the copy $1, makes $5 of $4 in the file $2, where it is exactly $3 times: else
# it is not the ganglia-web that these repairs are for.
replace() {
	local file=$1/$2 text found
	text=$(cat "$file" && printf .) || return 1
	found=$(grep -oF -- "$4" "$file" | wc -l)
	[ "$found" = "$3" ] || {
		say "$2 has '$4' $found times, not $3" >&2
		return 1
	}
	text=${text//"$4"/"$5"}
	printf '%s' "${text%.}" >"$file"
}

# Charts of the range "month", whose end is "now", and the numbers of a chart that
# rrdtool has no data for; those of hosts when their page refreshes itself, instead of
# what fills PHP's log with each page of a cluster; and its hosts beyond max_graphs.
repair_ranges() {
	replace "$1" graph.php 1 "if (\$range == \"month\")" \
		"if (\$range == \"month\" && is_numeric(\$rrdtool_graph['end']))" &&
	replace "$1" graph.php 1 "\$rows = \$xml->data->row->count();" \
		"if (!\$xml) {
    foreach (isset(\$output_array) ? array_keys(\$output_array) : array() as \$key)
      \$output_array[\$key][\"datapoints\"] = array();
    \$xml = simplexml_load_string(\"<xport><meta/><data/></xport>\");
  }" &&
	replace "$1" cluster_view.php 1 \
		"error_log(\"reports = \" . print_r(\$reports, TRUE));" \
		"\$tpl_data->assign(\"metric_name\", \$user['metricname']);" &&
	replace "$1" templates/default/cluster_host_metric_graphs.tpl 1 \
		"{display_host_graphs \$overflow_list " "{display_host_graphs \$overflow.list "
}

# The lists of hosts and of the charts of one, for programs.
repair_api() {
	replace "$1" api/host.php 1 "str_split( '/'," "explode( '/'," &&
	replace "$1" api/host.php 1 "if (\$v['UNITS']) {" \
		"if (isset(\$metrics[\$cluster_url]['UNITS'])) {"
}

# Cubism's form without a cache; its charts, which are asked for at the port of the page,
# and a colour that is none. Mobile, with what jQuery 3 has dropped and jQuery Mobile
# needs, and the pictures of its style sheet.
repair_scripts() {
	local mobile="<script type=\"text/javascript\" src=\"<?php print\
 \$conf['jquerymobile_js_path']"
	replace "$1" cubism_form.php 1 "asort(\$index_array['metric_list']);" \
		"isset(\$index_array['metric_list']) or
    \$index_array['metric_list'] = array_keys(\$index_array['metrics']);
  asort(\$index_array['metric_list']);" &&
	replace "$1" cubism.php 1 "(isset(\$_SERVER[\"HTTPS\"]) ? \"https\" : \"http\")\
 . \"://\" . \$_SERVER[\"SERVER_NAME\"]" '""' &&
	replace "$1" cubism.php 1 '#*82bd' '#3182bd' &&
	replace "$1" mobile.php 1 'css/jquery.mobile-1.4.5.min.css' \
		"<?php print str_replace('.js', '.css', \$conf['jquerymobile_js_path']); ?>" &&
	replace "$1" mobile.php 1 "$mobile" "<script>
\$.event.props = [];
\$.event.fixHooks = {};
(function (load) {
  \$.fn.load = function (what) {
    return typeof what === \"function\" ? this.on(\"load\", what)
      : load.apply(this, arguments);
  };
})(\$.fn.load);
</script>
$mobile"
}

# Pictures as high as that of cpu_report, whose nine lines of figures have 12 pixels each; and
# figures as small as its own, or the last column doesn't fit.
repair_pictures() {
	replace "$1" graph.php 1 "  // If we end up with the empty series it means that no RRD" \
		"  if (\$size == 'medium' && !isset(\$graph_config['height_adjustment']))
    \$rrdtool_graph['height'] += 16 + 12 * max(0, 9 - max(1, count(\$total_ids)));
  if (\$size == 'medium' && \$conf_graphreport_stats)
    \$rrdtool_graph['extras'] = '--font LEGEND:7';

  // If we end up with the empty series it means that no RRD" &&
	replace "$1" graph.d/mem_report.php 1 "? 4 : 0" "? 40 : 0"
}

# What ganglia-web 3.7.5 uses of PHP 5 and 7 that PHP 8 no longer has. A constant
# that wasn't defined was its own name.
repair_web() {
	local copy=$1/root/ganglia contexts="in_array(\$context, "
	cat >"$1/prepend.php" <<-'END'
	<?php
	define('LOCALTIME', 'LOCALTIME');
	define('VAL', 'VAL');

	function each(array &$array) {
	    $key = key($array);
	    if ($key === null)
	        return false;
	    $value = current($array);
	    next($array);
	    return array(0 => $key, 1 => $value, 'key' => $key, 'value' => $value);
	}

	function get_magic_quotes_gpc() {
	    return false;
	}
	END
	replace "$copy" ganglia.php 1 "$contexts\$SKIP" "$contexts(array)\$SKIP" &&
	replace "$copy" get_ganglia.php 1 "$contexts\$SKIP" "$contexts(array)\$SKIP" &&
	replace "$copy" lib/common_api.php 1 "\$line, \$context)" \
		"\$line, \$context = null)" &&
	repair_api "$copy" && repair_scripts "$copy" && repair_ranges "$copy" &&
	repair_pictures "$copy" &&
	# A grid and a cluster of which nothing is known yet.
	replace "$copy" meta_view.php 1 "count(\$names)" \
		"count((array)\$names)" &&
	replace "$copy" cluster_view.php 1 "metricname, \$metrics[key(" \
		"metricname, (array)\$metrics[key(" &&
	# "-nan" and "" are no numbers any more: the mean of a new RRD, and a metric that
	# the host doesn't have.
	replace "$copy" functions.php 1 "\$avg = \$out[1];" \
		"\$avg = (float)\$out[1];" &&
	replace "$copy" graph.d/metric.php 2 "number_format(\$value" \
		"number_format((float)\$value" &&
	# What has names would be taken for named arguments.
	replace "$copy" dwoo/Dwoo/Compiler.php 4 "(\$funcCompiler, \$params)" \
		"(\$funcCompiler, array_values(\$params))"
}
