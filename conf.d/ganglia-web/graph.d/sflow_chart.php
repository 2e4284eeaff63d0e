<?php
/* sflow_chart.php - draws the reports of ganglia-sflow, which ganglia-web can't draw
 * from their JSON files: values that are computed of several metrics, and what a
 * host has several of (ports, virtual machines, web servers), whose metrics are
 * PREFIX.METRIC.
 *
 * The JSON file beside a report says what it shows, and nothing else does:
 *
 * instances  "sum": each value is that of all instances of the host together
 *            "each": a series for each instance
 *            "prefixed": the same, but not of the metric without a prefix
 *            "hosts": a series for each host of a cluster or grid
 * mean       true: of a cluster or grid, each metric's mean over its hosts, not sum
 * idle       false: what is 0 in the whole time of the chart is left out
 * base       1024, where the units are bytes of memory
 * upper_limit  of the vertical axis
 * series     value: in rrdtool's RPN, over names of metrics
 *            color, label, type (stack, area, line), line_width: as ganglia-web's
 *
 * Its name doesn't end in _report.php, so ganglia-web lists it nowhere. PHP 7.4 or
 * newer. */

const SFLOW_NAMED = 16;       /* instances with a series of their own */
const SFLOW_SUMMED = 1000;    /* others that are summed up */
const SFLOW_MOST = 10000;     /* hosts, and instances, that are looked at */
const SFLOW_LABEL = 22;       /* characters in a legend */
const SFLOW_SHORT_LABEL = 11; /* beside which all four figures fit */
const SFLOW_TITLE = 9;        /* points of a title's font, of which a character is so */
const SFLOW_WIDE = 8;         /* many pixels wide */
const SFLOW_BORDERS = 90;     /* pixels of a picture beside its canvas */
const SFLOW_HIGHER = 44;      /* pixels by which a canvas is higher, as that of cpu_report, */
const SFLOW_LINES = 9;        /* which has so many lines below it, */
const SFLOW_LINE = 12;        /* each of so many pixels */
const SFLOW_LATE = 3600;      /* s: rrdcached may hold updates back for so long */
const SFLOW_COMMAND = 65536;  /* bytes of a command line */

/* Names come from strangers. One with a quote, a control character, "&", "<" or ">" is
 * not our collector's, and is left out: neither ganglia-web's pages nor its exports
 * would stand it. */
const SFLOW_CHARACTERS = '[ !#-%(-;=?-~]+';

const SFLOW_COLORS = [
    '33cc33', '5555cc', 'ff8a60', 'ffea00', '990099', '009999', 'dd0000', '99ff33',
    '0000aa', 'b88a00', 'ff66cc', '66ccff', '006600', '9966ff', '800000', '809900'];
const SFLOW_COLOR_OF_OTHERS = 'bbbbbb';

/* The arguments of rrdtool, as they grow. */
class SflowSeries
{
    private $definitions = '';
    private $graphs = '';
    private $names = []; /* by path */
    private $count = 0;
    private $lines = 0;  /* below the canvas */
    private $is_stacked = false;
    private $is_mean;

    /* Of files of sums, which have their number, too: the means. */
    public function __construct($is_mean = false)
    {
        $this->is_mean = $is_mean;
    }

    /* For rrdtool, within quotes of the shell: SFLOW_CHARACTERS has none. */
    private static function quote($text)
    {
        return "'" . str_replace(':', '\\:', $text) . "'";
    }

    private function name()
    {
        return 's' . $this->count++;
    }

    private function open($path, $source)
    {
        $name = $this->name();
        $this->definitions .= "DEF:'$name'=" . self::quote($path) .
            ":'$source':AVERAGE ";
        return $name;
    }

    private function define($path)
    {
        if (!isset($this->names[$path])) {
            $name = $this->open($path, 'sum');
            $this->names[$path] = $this->is_mean
                ? $this->compute("$name," . $this->open($path, 'num') . ',/') : $name;
        }
        return $this->names[$path];
    }

    public function compute($rpn)
    {
        $name = $this->name();
        $this->definitions .= "CDEF:'$name'='$rpn' ";
        return $name;
    }

    /* The sum of what is known of $names. */
    public function sum($names)
    {
        if (count($names) < 2) {
            return $names === [] ? 'UNKN' : $names[0];
        }
        return $this->compute(implode(',', $names) .
                              str_repeat(',ADDNAN', count($names) - 1));
    }

    /* $rpn with the sums of files in place of metrics; null if there are none. */
    public function value($rpn, $files)
    {
        $tokens = explode(',', $rpn);
        $found = false;
        foreach ($tokens as &$token) {
            if (ctype_lower($token[0])) {
                $found = $found || isset($files[$token]);
                $paths = isset($files[$token]) ? $files[$token] : [];
                $token = $this->sum(array_map([$this, 'define'], $paths));
            }
        }
        unset($token);
        if (!$found) {
            return null;
        }
        return count($tokens) === 1 ? $tokens[0] : $this->compute(implode(',', $tokens));
    }

    public function draw($name, $series, $label)
    {
        global $conf;

        $kind = ['line' => 'LINE', 'area' => 'AREA', 'stack' => 'AREA'][$series['type']];
        if ($series['type'] === 'line') {
            $kind .= isset($series['line_width']) ? $series['line_width'] : '1';
        } elseif ($series['type'] === 'stack') {
            $kind = $this->is_stacked ? 'STACK' : 'AREA';
            $this->is_stacked = true;
        }
        $this->graphs .= "$kind:'$name'#{$series['color']}:" . self::quote($label) . ' ';
        $this->lines++;
        if ($conf['graphreport_stats']) {
            $this->graphs .= legendEntry($name, strlen($label) <= SFLOW_SHORT_LABEL
                ? $conf['graphreport_stat_items']
                : array_diff($conf['graphreport_stat_items'], ['min']));
        }
    }

    public function average($name)
    {
        $this->graphs .= "VDEF:'{$name}_mean'=$name,AVERAGE PRINT:{$name}_mean:%le ";
    }

    public function comment($text)
    {
        $this->graphs .= "COMMENT:" . self::quote($text) . "'\\l' ";
        $this->lines++;
    }

    /* Of a chart that has no curve: without any, rrdtool makes no picture. */
    public function rule($text)
    {
        $this->graphs .= "HRULE:0#33cc33:" . self::quote($text) . ' ';
        $this->lines++;
    }

    public function lines()
    {
        return $this->lines;
    }

    public function text()
    {
        return $this->definitions . $this->graphs;
    }
}

/* Files ------------------------------------------------------------------------- */

/* When the chart begins; 0 where only rrdtool knows. */
function sflow_since($start)
{
    if (preg_match('/^-(\d+)s?$/', $start, $match)) {
        return time() - (int)$match[1];
    }
    return is_numeric($start) ? (int)$start : (int)strtotime($start);
}

/* The files of the metrics in a host's folder that were written to since then: by
 * prefix, which may be '', and metric. */
function sflow_files($folder, $metrics, $since)
{
    $found = [];
    $names = @scandir($folder);
    foreach ($names === false ? [] : $names as $name) {
        if (preg_match('/^(?:(' . SFLOW_CHARACTERS . ')\.)?([a-z]\w*)\.rrd$/D', $name,
                       $match) &&
            in_array($match[2], $metrics, true) &&
            @filemtime("$folder/$name") >= $since - SFLOW_LATE) {
            $found[$match[1]][$match[2]][] = "$folder/$name";
        }
    }
    return $found;
}

/* The folders of hosts below one of a cluster, or ($depth 2) of a grid. */
function sflow_hosts($folder, $depth)
{
    $hosts = [];
    foreach (glob(addcslashes($folder, '*?[\\') . '/*', GLOB_ONLYDIR) as $path) {
        $name = basename($path);
        if ($name === '__SummaryInfo__' ||
            !preg_match('/^' . SFLOW_CHARACTERS . '$/D', $name)) {
            continue;
        }
        $hosts = array_merge($hosts, $depth > 1 ? sflow_hosts($path, $depth - 1) : [$path]);
    }
    return $hosts;
}

/* What the instance is called in the chart; another one of $found may be, too. */
function sflow_name($host, $prefix, $found)
{
    global $context;

    $name = basename($host);
    if ($prefix !== '') {
        $name = $context === 'host' ? (string)$prefix : "$name $prefix";
    }
    return isset($found[$name]) ? "$name " . basename(dirname($host)) : $name;
}

/* Of a cluster's or a grid's hosts, each instance; of a host, the same. By name. */
function sflow_instances($metrics, $which, $since, &$note)
{
    global $context, $rrd_dir;

    $hosts = [$rrd_dir];
    if ($context !== 'host') {
        $hosts = sflow_hosts(dirname($rrd_dir), $context === 'cluster' ? 1 : 2);
        if (count($hosts) > SFLOW_MOST) {
            $note = 'of the first ' . SFLOW_MOST . ' of ' . count($hosts) . ' hosts';
            $hosts = array_slice($hosts, 0, SFLOW_MOST);
        }
    }
    $found = [];
    foreach ($hosts as $host) {
        foreach (sflow_files($host, $metrics, $since) as $prefix => $files) {
            if ($prefix === '' ? $which !== 'prefixed' : $which !== 'hosts') {
                $found[sflow_name($host, $prefix, $found)] = $files;
            }
        }
    }
    ksort($found, SORT_NATURAL | SORT_FLAG_CASE);
    return $found;
}

/* Charts ------------------------------------------------------------------------ */

function sflow_metrics($report)
{
    $metrics = [];
    foreach ($report['series'] as $series) {
        foreach (explode(',', $series['value']) as $token) {
            if (ctype_lower($token[0])) {
                $metrics[] = $token;
            }
        }
    }
    return $metrics;
}

/* Of bounded length. A backslash begins one of rrdtool's commands; a slash is in no
 * name, so it can stand for it. */
function sflow_label($name)
{
    $name = strtr($name, '\\', '/');
    $half = SFLOW_LABEL / 2 - 1;
    return strlen($name) <= SFLOW_LABEL ? $name
        : substr($name, 0, $half) . '..' . substr($name, -$half);
}

/* The $count numbers that rrdtool prints; less than any mean where it knows none. */
function sflow_ask($command, $count)
{
    exec($command, $lines); /* the first is the size of the picture */
    return array_map(function ($text) {
        return is_numeric($text) ? (float)$text : -1.0;
    }, array_slice(array_pad($lines, $count + 1, ''), 1, $count));
}

/* The mean of each instance over the time of the chart, by name. */
function sflow_means($rrdtool_graph, $rpn, $instances)
{
    global $conf, $rrd_options;

    $begin = $conf['rrdtool'] . " graph /dev/null $rrd_options --start " .
        escapeshellarg($rrdtool_graph['start']) . ' --end ' .
        escapeshellarg($rrdtool_graph['end']) . ' ';
    $means = [];
    $series = new SflowSeries();
    $last = array_key_last($instances);
    $asked = [];
    foreach ($instances as $name => $files) {
        $series->average($series->value($rpn, $files));
        $asked[] = $name;
        if ($name === $last || strlen($series->text()) > SFLOW_COMMAND) {
            $means += array_combine($asked, sflow_ask($begin . $series->text(),
                                                      count($asked)));
            $series = new SflowSeries();
            $asked = [];
        }
    }
    return $means;
}

/* Those of the instances that have a series of their own: all, or the busiest. Hosts are
 * ranked; other things keep the order of their names. Those without any value are named
 * only where all are so. What is idle is taken out of $instances, where the report says
 * so. */
function sflow_named($rrdtool_graph, $report, &$instances)
{
    $leaves_out = isset($report['idle']) && !$report['idle'];
    $is_ranked = $report['instances'] === 'hosts';
    if (count($instances) <= SFLOW_NAMED && !$leaves_out && !$is_ranked) {
        return $instances;
    }
    $means = sflow_means($rrdtool_graph, $report['series'][0]['value'], $instances);
    if ($leaves_out) {
        $means = array_filter($means, function ($mean) {
            return $mean > 0;
        });
        $instances = array_intersect_key($instances, $means);
    }
    arsort($means);
    $busiest = array_slice(array_filter($means, function ($mean) {
        return $mean >= 0;
    }) ?: $means, 0, SFLOW_NAMED, true);
    return $is_ranked ? array_replace($busiest, array_intersect_key($instances, $busiest))
        : array_intersect_key($instances, $busiest);
}

/* The rest: stacked on top as a sum; of lines, or where they are too many for one
 * command, just their number. */
function sflow_draw_others($chart, $series, $others, $width)
{
    $count = count($others);
    if ($count === 0) {
        return;
    }
    if ($series['type'] === 'line' || $count > SFLOW_SUMMED) {
        $chart->comment("$count that are less busy are not drawn");
        return;
    }
    $names = [];
    foreach ($others as $files) {
        $names[] = $chart->value($series['value'], $files);
    }
    $series['color'] = SFLOW_COLOR_OF_OTHERS;
    $chart->draw($chart->sum($names), $series, str_pad("$count others", $width));
}

function sflow_draw_each($chart, $rrdtool_graph, $report)
{
    $series = $report['series'][0];
    $note = '';
    $instances = sflow_instances(sflow_metrics($report), $report['instances'],
                                 sflow_since($rrdtool_graph['start']), $note);
    if (count($instances) > SFLOW_MOST) {
        $note = 'of the first ' . SFLOW_MOST . ' of ' . count($instances);
        $instances = array_slice($instances, 0, SFLOW_MOST, true);
    }
    $count = count($instances);
    $named = sflow_named($rrdtool_graph, $report, $instances);
    $labels = array_map('sflow_label', array_map('strval', array_keys($named)));
    $width = max(array_merge([10], array_map('strlen', $labels))); /* "984 others" */
    foreach (array_values($named) as $i => $files) {
        $series['color'] = SFLOW_COLORS[$i];
        $chart->draw($chart->value($series['value'], $files), $series,
                     str_pad($labels[$i], $width));
    }
    sflow_draw_others($chart, $series, array_diff_key($instances, $named), $width);
    if ($count > 0 && $instances === []) {
        $chart->rule("$count without any");
    } elseif ($count > count($instances)) {
        $chart->comment($count - count($instances) . ' without any');
    }
    if ($note !== '') {
        $chart->comment($note);
    }
    return $count;
}

/* How many instances the sums are of. */
function sflow_draw_sum($chart, $rrdtool_graph, $report)
{
    global $rrd_dir;

    $found = sflow_files($rrd_dir, sflow_metrics($report),
                         sflow_since($rrdtool_graph['start']));
    $files = $found === [] ? [] : array_merge_recursive(...array_values($found));
    $width = max(array_map('strlen', array_column($report['series'], 'label')));
    foreach ($report['series'] as $series) {
        $name = $chart->value($series['value'], $files);
        if ($name !== null) {
            $chart->draw($name, $series, str_pad($series['label'], $width));
        }
    }
    return count($found);
}

/* A smaller font, where ganglia-web's whole title is longer than the picture is wide. */
function sflow_title_font($text, $width)
{
    global $title, $range;

    $length = strlen("$title $text last $range");
    $fits = floor(($width + SFLOW_BORDERS) / SFLOW_WIDE);
    return $length <= $fits ? ''
        : ' --font TITLE:' . max(5, floor(SFLOW_TITLE * $fits / $length));
}

/* By how much the canvas is higher, so that pictures on a page are equally high, unless
 * they have more lines. */
function sflow_higher($chart)
{
    return SFLOW_HIGHER + SFLOW_LINE * max(0, SFLOW_LINES - max(1, $chart->lines()));
}

/* What ganglia-web calls, through the report's own file. */
function sflow_chart(&$rrdtool_graph, $name)
{
    global $conf, $context, $size;

    $report = json_decode(file_get_contents(__DIR__ . "/$name.json"), true);
    $chart = new SflowSeries(!empty($report['mean']) && $context !== 'host');
    $is_sum = $report['instances'] === 'sum';
    $count = $is_sum ? sflow_draw_sum($chart, $rrdtool_graph, $report)
        : sflow_draw_each($chart, $rrdtool_graph, $report);

    if ($is_sum && $context === 'host' && $count > 1) {
        $chart->comment("of $count together");
    }
    $rrdtool_graph['title'] = $report['title'];
    $rrdtool_graph['vertical-label'] = $report['vertical_label'];
    $rrdtool_graph['lower-limit'] = '0';
    $rrdtool_graph['height'] += $size === 'medium' ? sflow_higher($chart) : 0;
    $rrdtool_graph['extras'] = ($conf['graphreport_stats'] ? '--font LEGEND:7' : '') .
        sflow_title_font($report['title'], $rrdtool_graph['width']);
    if (isset($report['base'])) {
        $rrdtool_graph['extras'] .= " --base {$report['base']}";
    }
    if (isset($report['upper_limit'])) {
        $rrdtool_graph['upper-limit'] = $report['upper_limit'];
        $rrdtool_graph['extras'] .= ' --rigid';
    }
    $rrdtool_graph['series'] = ($count > 0 ? '' :
        "HRULE:1#FFCC33:'No data in this time' ") . $chart->text();
    return $rrdtool_graph;
}
