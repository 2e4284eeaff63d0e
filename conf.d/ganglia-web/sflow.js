/* sflow.js - in charts of ports, a click on the name or the colour of a port leads to all
 * charts of that port. sflow.php puts it into ganglia-web's pages.
 *
 * rrdtool says where in a picture each name is ("rrdtool graphv", which ganglia-web's
 * graph.php runs when it is asked for "verbose"): name and colour are found there, so a
 * click elsewhere is what it was, a link to the same chart in other ranges. */
(function () {
    const GROUP = 'port ';  // of each port's metrics; sflow-metrics(7)
    const OPEN = 'NOGROUPS_|_';

    /* Where in the picture each port's name is, from rrdtool's text before it:
     * [{name, box: [left, top, right, bottom]}]. Values have boxes, too, of which none
     * begins with the two blanks of a colour. */
    function places(text) {
        const found = [];
        const entry = /^legend\[\d+\] = "  (.*?) *"\ncoords\[\d+\] = "([\d,]+)"$/gm;
        for (const [, name, box] of text.split('\nimage = ')[0].matchAll(entry))
            found.push({name, box: box.split(',').map(Number)});
        return found;
    }

    /* The colour of a point, and whether it is one that series have: not grey. */
    function colourAt(context, x, y) {
        const [r, g, b] = context.getImageData(x, y, 1, 1).data;
        return {text: `${r},${g},${b}`, isGrey: r === g && g === b};
    }

    function drawn(image) {
        const canvas = document.createElement('canvas');
        canvas.width = image.naturalWidth;
        canvas.height = image.naturalHeight;
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        return context;
    }

    /* The port at a point of the picture, or undefined. */
    function portAt(image, x, y, found) {
        const inside = found.find(({box: [left, top, right, bottom]}) =>
            x >= left && x <= right && y >= top && y <= bottom);
        if (inside)
            return inside.name;
        const context = drawn(image), colour = colourAt(context, x, y);
        const same = colour.isGrey ? undefined : found.find(({box}) =>
            colourAt(context, box[0] + 3, (box[1] + box[3]) >> 1).text === colour.text);
        return same && same.name;
    }

    /* On the page of its host the group of the port is opened; from others the page of the
     * host is, whose name is before the port's there. Returns whether there is one. */
    function open(name, query) {
        const groups = window.g_mgMap || {};
        const id = Object.keys(groups).find(key => groups[key] === GROUP + name);
        if (id) {
            const div = $('#' + id + '_div');
            if (!div.is(':visible'))
                toggleMetricGroup(id, div);
            document.getElementById(id).scrollIntoView();
            return true;
        }
        const words = name.match(/^(\S+) (\S+)$/);
        if (query.has('h') || !query.get('c') || !words || name.includes('..'))
            return false;
        location.href = './?' + new URLSearchParams({
            c: query.get('c'), h: words[1], r: query.get('r') || 'hour',
            metric_group: OPEN + GROUP + words[2]}) +
            '#mg_' + (GROUP + words[2]).replace(/[^a-zA-Z0-9_]/g, '_');
        return true;
    }

    /* After ganglia-web's own handlers: a click that ends its choice of a range is none. */
    async function clicked(event) {
        const image = event.target, link = image.closest('a');
        if (event.defaultPrevented || image.tagName !== 'IMG' || !/graph\.php.*[?&]g=sflow_ports_/.test(image.src) ||
            event.button !== 0 || event.ctrlKey || event.shiftKey || event.metaKey)
            return;
        const x = Math.floor(event.offsetX * image.naturalWidth / image.width);
        const y = Math.floor(event.offsetY * image.naturalHeight / image.height);
        event.preventDefault();
        let name;
        try {
            const answer = await fetch(image.src + '&verbose=1');
            name = portAt(image, x, y, places(
                new TextDecoder('latin1').decode(await answer.arrayBuffer())));
        } catch (error) {
            name = undefined;  // then it is a click as any other
        }
        if (!(name && open(name, new URL(image.src).searchParams)) && link)
            location.href = link.href;
    }

    document.addEventListener('click', clicked);
})();
