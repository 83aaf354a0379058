"""Pictures as SVG text, drawn by the server from frozen data: no scripts, no styles inside, a table beside each."""
