"""Pictures of our messages, taken in a real browser: `python -m tools.pictures` writes docs/pictures/*.png.

stories.py      the seed story and a brief, as the real pipeline makes them
slack_page.py   Slack's blocks as Slack shows them, on a small page of ours
pages.py        each message as a page
browser.py      headless Chromium: measures a page, and takes its picture
"""
