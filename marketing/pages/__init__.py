"""What people see: one script to a page, and the pieces that several pages share.

Pages read what the pipelines left in the workspace and the ledger, and write down what a person decides. They
ask for long work with `Ledger.request_run` and never do it themselves.

    home, trends, segments, drafts, review, data   the pages
    frame       where a page stands: workspace, ledger, person, today; the sidebar; what the address names
    progress    runs under way
    words       numbers, days and names as a reader has them; text of others made harmless
    numbers     the tables behind the pages, read once for each content
    ideas, decisions, uploads, sparklines...   the larger pieces of one page each
"""
