//! The page that says how ranking works, in words. Not the formulas themselves.

use super::front::TITLE;
use super::html::{Head, page};
use super::site::{Site, card_of_board};

/// The page.
pub(super) fn rules(site: &Site) -> String {
    let main = "<div class=\"hero\"><h1>How ranking works</h1><p>Every score is made of parts that anybody can follow, and every list says \
        which formula made it.</p></div><div class=\"prose stack stack--4\">\
        <h2>What counts</h2><ul>\
        <li>A run counts when it completed, with a copy of the prompt that was not changed. Runs of who made the prompt do not count, and of \
        one account at most 5 in 24 hours, 20 in 7 days, 50 in all.</li>\
        <li>A vote counts once an account, for a prompt of somebody else; the last word of an account is its vote. Where this server sends \
        mail, only accounts with a confirmed address count.</li>\
        <li>A prompt of a team is judged by others: not by whoever was a member since it was first public.</li>\
        <li>Of the accounts that vote for a prompt, copy it, or run their copy, from one network within an hour, the first three count.</li>\
        <li>A prompt with nearly the same text as an earlier public one has a page, and no place.</li></ul>\
        <h2>krowoc-1, the usual order</h2><p>0.6 × reach + 0.4 × approval. Reach is log₂(1 + people) / 10, at most 1: each doubling of \
        people adds as much, and 1,023 people fill it. Somebody who ran the prompt weighs half after 12 hours (of the last 24 hours), 3½ days \
        (of the last 7 days) or 30 days (of all time). Approval is the lower bound of Wilson's interval for the share of votes that are for \
        it, at z = 1.96; without votes it is 0.</p>\
        <h2><a class=\"plain\" href=\"/leaderboard?formula=wilson\">wilson-1</a></h2><p>Approval alone.</p>\
        <h2><a class=\"plain\" href=\"/leaderboard?formula=classic\">classic-1</a></h2><p>0.6 × runs / most runs + 0.4 × votes / most votes, \
        where the most are those of the fifty prompts with the most runs and votes together.</p>\
        <h2>When it is counted</h2><p>Once an hour, from logs that are never changed. Of equal scores, the prompt that was public first is \
        first.</p></div>";
    let head = Head {
        title: "How ranking works",
        description: "What counts on the board of public prompts, and by which formula.",
        canonical: &format!("{}/leaderboard/rules", site.origin),
        picture: &card_of_board(site),
        pictured: TITLE,
        kind: "article",
        hidden: false,
    };
    page(&head, &site.version, main)
}
