<?php
require_once __DIR__ . '/sflow_chart.php';

function graph_sflow_vm_memory_report(&$rrdtool_graph)
{
    return sflow_chart($rrdtool_graph, 'sflow_vm_memory_report');
}
