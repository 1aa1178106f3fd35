#!/usr/bin/env python3
"""Tests what the commands say of sites that are probably not what their author meant.

    doubtful_sites_test.py PROGRAM    PROGRAM is build/PRESET/mastic
"""

import sys
import unittest

sys.dont_write_bytecode = True
from site_commands_test import SiteTest  # noqa: E402


class Doubtful(SiteTest):
    def test_says_which_file_or_option_may_be_meant(self):
        ended = self.expect(1, "check", "site.init")
        self.assertEqual(ended.messages, "error: there is no file or directory 'site.init'; did you mean 'site.ini'?\n")
        ended = self.expect(2, "serve", "site.ini", "--port", "8000")
        self.assertEqual(ended.messages, "mastic serve: there is no option --port; write --bind HOST:PORT\n")

    def test_warns_of_a_redirect_to_itself(self):
        def check(to):
            self.write("loop.ini", "[composite:main]\nuse = mastic#urlmap\n/shop = old\n[app:old]\n"
                       f"use = mastic#redirect\nto = {to}\nfilter-with = fields\n[filter:fields]\n"
                       "use = mastic#response_fields\nX-Site = shop\n")
            return self.expect(0, "check", "loop.ini").messages
        self.assertEqual(check("/shop/"), "loop.ini:6: warning: to: '/shop/' is the place of this redirect, so clients "
                         "are sent there again and again\n")
        self.assertEqual(check("/shops"), "")
        self.assertEqual(check("https://example.com/shop"), "")

    def test_warns_of_a_body_limit_above_that_of_the_server(self):
        limited = "[app:main]\nuse = mastic#echo\nfilter-with = limit\n[filter:limit]\nuse = mastic#body_limit\n"
        self.write("limit.ini", limited + "max_body_bytes = 5M\n")
        ended = self.expect(0, "check", "limit.ini")
        self.assertEqual(ended.messages, "limit.ini:6: warning: max_body_bytes has no effect, because the server takes "
                         "at most 1M; set max_body_bytes of the server, in its section or as --max-body-bytes, to 5M or "
                         "more\n")
        self.write("limit.ini", limited + "max_body_bytes = 5M\n[server:main]\nuse = mastic#server\n"
                   "max_body_bytes = 50M\n")
        self.assertEqual(self.expect(0, "check", "limit.ini").messages, "")
        self.write("limit.ini", limited + "max_body_bytes = 64K\n")
        self.assertEqual(self.expect(0, "check", "limit.ini").messages, "")

    def test_warns_of_a_thread_watch_that_other_machines_can_reach(self):
        site = "[app:main]\nuse = egg:Paste#watch_threads\n[server:main]\nuse = mastic#server\nbind = "
        self.write("watch.ini", site + "127.0.0.1:8080 unix:/run/site.sock\n")
        self.assertEqual(self.expect(0, "check", "watch.ini").messages, "")
        self.write("watch.ini", site + "127.0.0.1:8080 0.0.0.0:8081\n")
        self.assertEqual(self.expect(0, "check", "watch.ini").messages,
                         "watch.ini:1: warning: the thread watch shows who asks for what, and 0.0.0.0:8081 can be "
                         "reached from other machines; bind to 127.0.0.1, and let a proxy in front of the server "
                         "decide who sees the page\n")


    def test_warns_of_a_setting_that_no_line_refers_to(self):
        self.write("port.ini", "[app:main]\nuse = mastic#echo\n[server:main]\nuse = mastic#server\n"
                   "bind = 127.0.0.1:%(port)s\n[DEFAULT]\nport = 8080\n")
        self.assertEqual(self.expect(0, "check", "port.ini", "prot=8081").messages,
                         "the command line: warning: 'prot' has no effect, because no line of the site refers to it; "
                         "did you mean 'port'?\n")

    def test_shows_what_was_understood_of_a_site_with_errors(self):
        self.write("half.ini", "[pipeline:main]\npipeline = lint echo\n[app:echo]\nuse = mastic#echo\nsize = 1\n"
                   "[filter:lint]\nuse = mastic#lint\n[server:main]\nuse = mastic#server\nworkers = 8\n")
        ended = self.expect(1, "check", "half.ini")
        self.assertEqual(ended.messages, "half.ini:5: error: there is no option 'size'\n")
        self.assertEqual(ended.text, "application: pipeline [pipeline:main] half.ini:1\n"
                         "  filter: mastic#lint [filter:lint] half.ini:6\n"
                         "  application: mastic#echo [app:echo] half.ini:3 (cannot be made)\n"
                         "server: mastic#server [server:main] half.ini:8\n"
                         "    workers = 8                             half.ini:10\n")


if __name__ == "__main__":
    unittest.main()
