<?php
/* sflow.php - the charts of ganglia-sflow on the pages of the hosts that have them, and
 * what a click on a port in a chart does.
 *
 * To be included at the end of ganglia-web's conf.php:
 *
 *     include_once '/usr/share/ganglia-sflow/ganglia-web/sflow.php';
 *
 * A page of a host shows the reports that host_HOST.json in ganglia-web's folder
 * $conf['conf_dir'] names. When such a page is asked for, that file is written: with
 * those of our reports of which the host has a metric, and without those of
 * ganglia-web's own that would be empty. A file that an administrator or ganglia-web's
 * own editor wrote is left alone, and where the folder can't be written, the page is
 * as it was. PHP 7.4 or newer.
 *
 * Pages get the script sflow.js, which lies beside this file, before their end. */

const SFLOW_MARK = 'ganglia-sflow'; /* "written_by" of files that are ours */

/* ganglia-web's own reports, each with a metric that it can't be drawn without. */
const SFLOW_USUAL = ['load_report' => 'load_one', 'cpu_report' => 'cpu_user',
                     'mem_report' => 'mem_shared', 'network_report' => 'bytes_in'];

/* The name of a host or cluster that makes no other path; null if it isn't one. The
 * folders of gmetad are named by what strangers send, and this comes from a URL. */
function sflow_folder_name($name)
{
    return is_string($name) && strlen($name) <= 200 && $name !== '__SummaryInfo__' &&
        preg_match('/^\w[\w.@+ -]*$/D', $name) ? $name : null;
}

/* The metrics in a folder of RRDs: by name, and by name without its prefix. */
function sflow_metrics_in($folder)
{
    $found = ['exact' => [], 'prefixed' => []];
    $files = @scandir($folder);
    foreach ($files === false ? [] : $files as $file) {
        if (substr($file, -4) === '.rrd') {
            $name = substr($file, 0, -4);
            $dot = strrpos($name, '.');
            $found['exact'][$name] = true;
            if ($dot !== false) {
                $found['prefixed'][substr($name, $dot + 1)] = true;
            }
        }
    }
    return $found;
}

/* Has the host a metric of the report? One that compares hosts is not for their pages. */
function sflow_has($report, $found)
{
    if ($report['instances'] === 'hosts') {
        return false;
    }
    foreach ($report['series'] as $series) {
        foreach (explode(',', $series['value']) as $metric) {
            if (isset($found['prefixed'][$metric]) ||
                (isset($found['exact'][$metric]) &&
                 $report['instances'] !== 'prefixed')) {
                return true;
            }
        }
    }
    return false;
}

/* What the file of a host with that folder says, as an array; empty if none of our
 * reports shows something of it. */
function sflow_reports_for($folder, $graphdir)
{
    $names = [];
    $found = sflow_metrics_in($folder);
    foreach (glob("$graphdir/sflow_*_report.json") as $file) {
        $report = json_decode(file_get_contents($file), true);
        if (isset($report['report_type']) && $report['report_type'] === 'sflow' &&
            sflow_has($report, $found)) {
            $names[] = basename($file, '.json');
        }
    }
    return $names === [] ? [] : [
        'included_reports' => $names,
        'excluded_reports' => array_values(array_diff_key(array_flip(SFLOW_USUAL),
                                                          $found['exact']))];
}

/* Puts the text into the file at once, so that nobody reads half of it. */
function sflow_replace($file, $text)
{
    $new = @tempnam(dirname($file), '.sflow');
    if ($new !== false && !(@file_put_contents($new, $text) === strlen($text) &&
                            @chmod($new, 0644) && @rename($new, $file))) {
        @unlink($new);
    }
}

function sflow_write($file, $reports)
{
    $old = is_file($file) ? @file_get_contents($file) : null;
    if ($old !== null) {
        $was = json_decode((string)$old, true);
        if (!isset($was['written_by']) || $was['written_by'] !== SFLOW_MARK) {
            return;
        }
    }
    $text = json_encode(['written_by' => SFLOW_MARK] + $reports,
                        JSON_PRETTY_PRINT) . "\n";
    if ($text !== $old && ($old !== null || $reports !== [])) {
        sflow_replace($file, $text);
    }
}

/* The host whose page is asked for. Charts are asked for by the dozen: not then. */
function sflow_page($conf, $script, $wanted)
{
    $cluster = sflow_folder_name(isset($wanted['c']) ? $wanted['c'] : null);
    $host = sflow_folder_name(isset($wanted['h']) ? $wanted['h'] : null);
    if (!in_array($script, ['index.php', 'host.php'], true) || $cluster === null ||
        $host === null) {
        return;
    }
    if (empty($conf['case_sensitive_hostnames'])) {
        $host = strtolower($host);
    }
    $folder = "{$conf['rrds']}/$cluster/$host";
    if (is_dir($folder) && is_writable($conf['conf_dir'])) {
        sflow_write("{$conf['conf_dir']}/host_$host.json",
                    sflow_reports_for($folder, $conf['graphdir']));
    }
}

/* The page with our script in it. */
function sflow_with_script($page)
{
    $script = @file_get_contents(__DIR__ . '/sflow.js');
    $end = strripos($page, '</body>');
    return $script === false || $end === false ? $page
        : substr_replace($page, "<script>\n$script</script>\n", $end, 0);
}

/* What scripts ask for is put into a page that has it already. */
function sflow_add_script($script)
{
    if (in_array($script, ['index.php', 'graph_all_periods.php'], true)) {
        ob_start('sflow_with_script');
    }
}

sflow_page($conf, basename($_SERVER['SCRIPT_NAME']), $_GET);
sflow_add_script(basename($_SERVER['SCRIPT_NAME']));
