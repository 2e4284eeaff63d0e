<?php
require_once __DIR__ . '/sflow_chart.php';

function graph_sflow_http_methods_report(&$rrdtool_graph)
{
    return sflow_chart($rrdtool_graph, 'sflow_http_methods_report');
}
