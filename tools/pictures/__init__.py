"""Pictures of our messages and pages, taken in a real browser: `python -m tools.pictures` writes docs/pictures/.

stories.py      the seed story and a brief, as the real pipeline makes them
slack_page.py   Slack's blocks as Slack shows them, on a small page of ours
pages.py        each message as a page
browser.py      headless Chromium: measures a page, and takes its picture
demo_desk.py    the pages of the desk, of a real daemon; month.py is the news that it has read
"""
