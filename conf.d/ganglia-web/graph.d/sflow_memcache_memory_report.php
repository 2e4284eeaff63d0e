<?php
require_once __DIR__ . '/sflow_chart.php';

function graph_sflow_memcache_memory_report(&$rrdtool_graph)
{
    return sflow_chart($rrdtool_graph, 'sflow_memcache_memory_report');
}
