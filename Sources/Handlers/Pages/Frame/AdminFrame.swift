internal import HTML

extension Site {
    /// A page of the administration: its column of pages, its head, and its content.
    func adminPage(
        _ declaration: PageDeclaration, lead: String, styles: [String] = [], modules: [String], icons: [Icon] = [],
        names: String = "", film: FilmView? = nil, needsScript: Bool = true, controls: HTML = "", content: HTML,
        after: HTML = ""
    ) -> Page {
        Page(
            declaration, shell: .desk, styles: ["admin"] + styles, modules: modules, icons: [.info, .close] + icons,
            film: film,
            main: """
                <div class="admin\(HTML.when(!names.isEmpty, " \(names)"))">
                  <nav class="admin__nav" aria-label="Admin">\
                \(Destination.administration.map { $0.link(current: declaration.path) })</nav>
                  <main class="admin__main" id="main">
                    <div class="page-head"><div><h1>\(declaration.title)</h1><p data-summary>\(lead)</p></div>\
                \(controls)</div>
                    \(content)
                    \(HTML.when(needsScript, "<p class=\"without-js\">This page needs JavaScript.</p>"))
                  </main>
                </div>
                \(after)
                """)
    }

    /// A page of the administration that lists something: filters, tabs, the table with its states, a toolbar for what is
    /// selected, paging, and a column beside it. `paged-list.js` fills it in.
    func adminPage(
        _ declaration: PageDeclaration, lead: String, styles: [String] = [], modules: [String], icons: [Icon] = [],
        names: String = "", film: FilmView? = nil, list: AdminList, controls: HTML = "", after: HTML = ""
    ) -> Page {
        adminPage(
            declaration, lead: lead, styles: styles, modules: modules, icons: icons + [.prev, .next], names: names,
            film: film,
            controls: list.hasFiltersInHead ? list.filterForm : controls,
            content: """
                \(list.figures)\(HTML.when(!list.hasFiltersInHead, list.filterForm))\(list.above)\(list.body)\(list.below)
                """,
            after: "\(after)\(list.sheet)\(confirmation)")
    }

    /// The one dialog in which admins confirm what cannot be undone at a click, with its reason.
    var confirmation: HTML {
        """
        <dialog class="dialog" aria-labelledby="confirmation-title" data-confirmation>\
        <form method="dialog" class="stack">
          <h2 id="confirmation-title" data-title></h2>
          <p class="muted" data-text></p>
          <div class="stack" data-fields></div>
          <p class="hint hint--bad" role="alert" data-form-fault hidden></p>
          <div class="dialog__foot"><button class="btn" type="button" data-cancel>Cancel</button>\
        <button class="btn" type="submit" data-confirm></button></div>
        </form></dialog>
        """
    }
}

/// What an admin page lists.
struct AdminList {
    /// A column of the table.
    struct Column {
        var title: String
        /// Whether only screen readers are told the title.
        var isTitleHidden = false
        /// Whether it holds numbers or times, which are aligned to the end.
        var isAtEnd = false
        /// The orders that a press on the title goes through, as values of the filter `sort`.
        var orders: [String] = []
        /// An attribute by which the module finds the title.
        var mark: HTML = .empty

        static func still(_ title: String) -> Column { Column(title: title, isTitleHidden: true) }
        static func end(_ title: String, orders: [String] = [], mark: HTML = .empty) -> Column {
            Column(title: title, isAtEnd: true, orders: orders, mark: mark)
        }

        fileprivate var head: HTML {
            let names: HTML = HTML.when(isAtEnd, " class=\"r\"")
            let text: HTML =
                if isTitleHidden {
                    "<span class=\"visually-hidden\">\(title)</span>"
                } else if !orders.isEmpty {
                    "<button class=\"sort\" type=\"button\" data-sort=\"\(orders.joined(separator: " "))\">\(title)</button>"
                } else {
                    "\(title)"
                }
            return "<th scope=\"col\"\(names)\(HTML.when(mark != .empty, " "))\(mark)>\(text)</th>"
        }
    }

    /// Tabs, each of which is a value of one filter.
    struct Tabs {
        var filter: String
        var label: String
        /// Value and title; the first is open when the address names none.
        var tabs: [(value: String, title: String)]
        var hasCounts = false
    }

    /// What the rows are, for screen readers.
    var caption: String
    /// The word in the table's class name.
    var name: String
    var columns: [Column]
    /// The fields of the filters.
    var filters: HTML = .empty
    var hasFiltersInHead = false
    var tabs: Tabs?
    /// The buttons for what is selected; nil when nothing can be selected.
    var selection: HTML?
    /// Figures above the filters.
    var figures: HTML = .empty
    /// Notes between the filters and the table.
    var above: HTML = .empty
    /// What follows the table.
    var below: HTML = .empty
    /// What the column beside the table shows; nil for none.
    var side: String?
    /// Whether the column is about all rows and not about a chosen one. On narrow screens a button shows it then.
    var isSideOfAll = false
    /// Whether narrow screens show each row as a block of its cells. Other tables have an own layout for them.
    var stacks = true

    fileprivate var filterForm: HTML {
        HTML.when(
            filters != .empty,
            """
            <form class="filters\(HTML.when(hasFiltersInHead, " filters--head"))" role="search" data-filters>\(filters)</form>
            """)
    }

    fileprivate var body: HTML {
        let main: HTML =
            "\(tabs.map(tabList))<p class=\"row chips\" data-chips hidden></p>\(panel)\(selection.map(toolbar))"
        guard let side else { return main }
        return """
            <div class="mod"><div>\
            \(HTML.when(isSideOfAll, "<button class=\"btn mod__open\" type=\"button\" data-open-side>\(side)</button>"))\
            \(main)</div>
            <aside class="mod__side stack" aria-label="\(side)" data-detail></aside></div>
            """
    }

    /// Where narrow screens show the column.
    fileprivate var sheet: HTML {
        guard let side else { return .empty }
        return Self.sheet(side, hasSteps: !isSideOfAll)
    }

    /// Where narrow screens show the column beside what is listed; with buttons for the items before and after.
    static func sheet(_ side: String, hasSteps: Bool) -> HTML {
        let steps: HTML = """
            <button class="btn btn--icon btn--ghost" type="button" aria-label="Previous" data-step="-1">\(Icon.prev.image)</button>\
            <button class="btn btn--icon btn--ghost" type="button" aria-label="Next" data-step="1">\(Icon.next.image)</button>\
            <span class="num quiet" data-sheet-place></span>
            """
        return """
            <dialog class="sheet" aria-label="\(side)" data-sheet>
              <div class="sheet__bar">\(HTML.when(hasSteps, steps))<span class="grow"></span>\
            <button class="btn btn--icon btn--ghost" type="button" aria-label="Close" data-sheet-close>\
            \(Icon.close.image)</button></div>
              <div class="sheet__body" data-sheet-body></div>
            </dialog>
            """
    }

    private func tabList(_ tabs: Tabs) -> HTML {
        let buttons = tabs.tabs.enumerated().map { index, tab -> HTML in
            """
            <button type="button" role="tab" id="tab-\(tab.value)" aria-controls="list-panel" \
            aria-selected="\(index == 0 ? "true" : "false")" tabindex="\(index == 0 ? "0" : "-1")" \
            data-tab="\(tab.value)">\(tab.title)\
            \(HTML.when(tabs.hasCounts, " <span class=\"num quiet\" data-count></span>"))</button>
            """
        }
        return """
            <div class="tabs" role="tablist" aria-label="\(tabs.label)" data-tabs="\(tabs.filter)">\(buttons)</div>
            """
    }

    private var panel: HTML {
        let tick: HTML = HTML.when(
            selection != nil,
            "<th scope=\"col\"><input type=\"checkbox\" aria-label=\"Select all\" data-all></th>")
        let role: HTML = HTML.when(tabs != nil, " role=\"tabpanel\" aria-label=\"\(caption)\"")
        return """
            <div id="list-panel"\(role) data-panel aria-busy="true">
              <table class="table table--\(name)\(HTML.when(stacks, " table--stack"))" data-table><caption class="visually-hidden" data-caption>\(caption)\
            </caption>
              <thead><tr>\(tick)\(columns.map(\.head))</tr></thead>
              <tbody data-rows>\(placeholders)</tbody></table>
              <div data-none hidden></div>
              <div class="row"><button class="btn" type="button" data-more hidden>Load more</button></div>
            </div>
            """
    }

    /// Rows that keep the place of the first answer.
    private var placeholders: HTML {
        let cells = columns.map { column -> HTML in
            column.isTitleHidden
                ? "<td><div class=\"skeleton still\"></div></td>"
                : "<td><div class=\"skeleton skeleton--line\"></div></td>"
        }
        let row: HTML = "<tr aria-hidden=\"true\">\(HTML.when(selection != nil, "<td></td>"))\(cells)</tr>"
        return "\(Array(repeating: row, count: 5))"
    }

    private func toolbar(_ buttons: HTML) -> HTML {
        """
        <div class="bulk" role="toolbar" aria-label="Selection" data-bulk hidden>\
        <button class="btn btn--icon btn--ghost" type="button" aria-label="Clear selection" data-clear>\
        \(Icon.close.image)</button><b class="num" data-selected></b>\(buttons)</div>
        """
    }
}
