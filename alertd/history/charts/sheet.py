"""The style sheet of pages with charts.

What is wider than the page has a shade at the side where it goes on.

Series: `s0` to `s5` in the order of the palette, severities under their own names. What fills and what strokes takes
its colour from `--c`, so each is named once.
"""

CHARTS = """
:root{--s0:#0b5cab;--s1:#d1600a;--s2:#00745a;--s3:#9a4a9c;--s4:#6a5d00;--s5:#6b7480;--band:#c9d9ea}
@media (prefers-color-scheme:dark){:root{--s0:#6cb0f5;--s1:#f39a4d;--s2:#4cc9a4;--s3:#d79bd9;--s4:#d8c75a;
--s5:#9aa3ad;--band:#2b3f55}}
.wide{overflow-x:auto;margin:10px 0 20px;background:
linear-gradient(90deg,var(--bg) 40%,transparent) 0 0/32px 100% local no-repeat,
linear-gradient(270deg,var(--bg) 40%,transparent) 100% 0/32px 100% local no-repeat,
linear-gradient(90deg,var(--band),transparent) 0 0/14px 100% scroll no-repeat,
linear-gradient(270deg,var(--band),transparent) 100% 0/14px 100% scroll no-repeat}
.wide th:not(.n),.wide td:not(.n){min-width:8.5em}
.wide:focus-visible{outline:2px solid var(--link)}
table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.4}
caption{text-align:left;padding:0 0 6px}
th,td{text-align:left;vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid var(--line)}
th{color:var(--dim);font-weight:600;font-size:13px}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
details{margin:8px 0}summary{cursor:pointer;color:var(--link);padding:4px 0}
figure{margin:16px 0 22px}figcaption{font-weight:600;margin:0 0 2px}
figure .note{font-weight:400;margin:0 0 8px}
.plot{display:block;margin-left:52px;width:calc(100% - 64px);overflow:visible}
.plot text{font-size:12px;fill:var(--dim)}
.grid{stroke:var(--line);stroke-width:1}.axis{stroke:var(--dim);stroke-width:1}
.end{text-anchor:end}.middle{text-anchor:middle}
.s0{--c:var(--s0)}.s1{--c:var(--s1)}.s2{--c:var(--s2)}.s3{--c:var(--s3)}.s4{--c:var(--s4)}.s5,.rest{--c:var(--s5)}
.critical{--c:var(--critical)}.high{--c:var(--high)}.medium{--c:var(--medium)}.low{--c:var(--low)}.info{--c:var(--info)}
.plus{--c:var(--plus)}.minus{--c:var(--minus)}
.fill{fill:var(--c,var(--s0));stroke:var(--bg);stroke-width:.5}
.stroke{fill:none;stroke:var(--c,var(--s0));stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}
.dot{fill:var(--c,var(--s0))}.k1{stroke-dasharray:7 3}.k2{stroke-dasharray:2 3}
.k3{stroke-dasharray:9 3 2 3}.k4{stroke-dasharray:12 4}.k5{stroke-dasharray:4 5}
.band{fill:var(--band)}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:6px 0 0;padding:0;
font-size:13px;color:var(--dim)}
.legend svg{width:22px;height:12px;margin-right:6px;vertical-align:-1px}
.bars{table-layout:fixed}.bars td,.bars th{border-bottom:0;padding:3px 10px 3px 0;vertical-align:middle}
.bars th{color:var(--fg);font-weight:400;font-size:14px}
.bars .l{width:34%}.bars .v{width:22%;font-variant-numeric:tabular-nums}
.bars svg{display:block;width:100%;height:14px;overflow:visible}
.heat svg{height:20px}.heat .v{width:16%}
.spark{width:120px;height:24px;vertical-align:middle;overflow:visible}
@media (max-width:520px){.bars:not(.heat) tr{display:grid;grid-template-columns:1fr auto}
.bars:not(.heat) .l{width:auto}.bars:not(.heat) .v{width:auto;order:2;text-align:right;padding-right:0}
.bars:not(.heat) .g{order:3;grid-column:1/3;padding:0 0 8px}}
"""
"""What tables and charts take, wherever they stand; the other colours are the page's."""

_PAGE = """
:root{color-scheme:light dark;--bg:#fff;--fg:#1d2125;--dim:#515b66;--line:#d5dae0;--soft:#f3f5f7;--link:#0b57a4;
--critical:#8c0018;--high:#c2410c;--medium:#a87500;--low:#3d7cc9;--info:#7a8491;--plus:#0b5cab;--minus:#c2410c}
@media (prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e8eaed;--dim:#aab2bd;--line:#3a4047;--soft:#1f2428;
--link:#8ab4f8;--critical:#f0476a;--high:#ff9d57;--medium:#ffe08a;--low:#5aa0f2;--info:#9aa3ad;--plus:#6cb0f5;--minus:#f59056}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);
font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
main{max-width:980px;margin:0 auto;padding:20px 16px 48px}
h1,h2,h3,p,td,th,dd,dt,summary,figcaption{overflow-wrap:anywhere}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}
h2{font-size:19px;line-height:1.3;margin:36px 0 8px;border-top:1px solid var(--line);padding-top:16px}
h3{font-size:16px;margin:20px 0 6px}
p{margin:6px 0}.lead,.note,footer,caption{color:var(--dim)}.note,caption,footer{font-size:14px}
a{color:var(--link)}
footer{margin-top:40px;border-top:1px solid var(--line);padding-top:10px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:10px;margin:12px 0}
.figures>div{background:var(--soft);border-radius:6px;padding:10px 12px}
dt{font-size:13px;color:var(--dim)}dd{margin:0}.big{font-size:24px;line-height:1.3;font-weight:650}
"""
_LAST = """
.badge{display:inline-block;border:1px solid var(--c,var(--dim));color:var(--c,var(--dim));border-radius:3px;
font-size:12px;line-height:18px;font-weight:650;padding:0 7px;margin-right:6px}
@media (max-width:520px){h1{font-size:22px}}
@media print{body{font-size:11pt}main{max-width:none;padding:0}section{break-inside:auto}
figure,tr,.figures{break-inside:avoid}h2,h3,figcaption{break-after:avoid}.wide{overflow:visible}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}a{color:inherit;text-decoration:none}}
"""
SHEET = _PAGE + CHARTS + _LAST
