import HTML
import Testing

@Suite("HTML")
struct HTMLTests {
    @Test("SEC-05 interpolated text cannot become a tag, an entity or another attribute")
    func escapes() {
        let title = #"<script>alert("1")</script> & 'x'"#
        let markup: HTML = #"<p title="\#(title)">\#(title)</p>"#
        let safe = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;"
        #expect(markup.source == #"<p title="\#(safe)">\#(safe)</p>"#)
    }

    @Test("markup nests without being escaped again")
    func nests() {
        let items: [HTML] = ["one", "<two>"].map { "<li>\($0)</li>" }
        let list: HTML = "<ul>\(items)</ul>"
        #expect(list.source == "<ul><li>one</li><li>&lt;two&gt;</li></ul>")
    }

    @Test("numbers, optional markup and conditions")
    func values() {
        let note: HTML? = nil
        let markup: HTML = "\(7)\(note)\(HTML.when(true, "<b>a</b>"))\(HTML.when(false, "<b>b</b>"))"
        #expect(markup.source == "7<b>a</b>")
    }

    @Test("join puts the separator between the pieces only")
    func joins() {
        #expect(HTML.join(["<a>", "<b>", "<c>"], separator: ", ").source == "<a>, <b>, <c>")
        #expect(HTML.join([]).source == "")
    }

    @Test("WEB-05 text in any script survives, NUL does not")
    func keepsUnicode() {
        let markup: HTML = "<p>\("سلام 👩‍🚀 e\u{301}\0")</p>"
        #expect(markup.source == "<p>سلام 👩‍🚀 e\u{301}\u{FFFD}</p>")
    }
}
