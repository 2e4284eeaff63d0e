<?php
require_once __DIR__ . '/sflow_chart.php';

function graph_sflow_hosts_load_report(&$rrdtool_graph)
{
    return sflow_chart($rrdtool_graph, 'sflow_hosts_load_report');
}
