import Comments
import Testing

@Suite("The text of comments")
struct CommentTextTests {
    @Test(
        "CMT-03 only well-formed tags of HTML's elements are taken out",
        arguments: [
            ("I <3 this", "I <3 this"), ("<b>x</b>", "x"), ("a < b > c", "a < b > c"), ("<br>", nil), ("<br/>ok", "ok"),
            ("<script>alert(1)</script>", "alert(1)"), ("<img src=x onerror=alert(1)>!", "!"),
            ("<a href=\"https://x.example/?a>b\" title='>'>link</a>", "link"), ("<SVG onload = 'x' >y</svg >", "y"),
            ("<take 5>", "<take 5>"), ("<notatag>", "<notatag>"), ("<b", "<b"), ("<b x", "<b x"), ("< b>", "< b>"),
            ("</b x=1>", "</b x=1>"), ("<b x=\"1>", "<b x=\"1>"), ("<<b>b>x", "x"), ("<scr<i>ipt>x", "x"),
            ("a &lt;b&gt; c", "a &lt;b&gt; c"), ("<!-- x -->", "<!-- x -->"), ("<b/x>y", "<b/x>y"), ("<h1>T</h1>", "T"),
        ] as [(String, String?)])
    func tags(typed: String, expected: String?) {
        #expect(CommentText.cleaned(typed) == expected)
        if let expected { #expect(CommentText.cleaned(expected) == expected, "cleaning twice changes nothing more") }
    }

    @Test(
        "CMT-03 control characters go, line breaks stay; what cannot be seen is no text",
        arguments: [
            ("a\u{0007}b\u{9B}c", "abc"), ("  a\tb  ", "a b"), ("a\r\nb\rc\n\n\n\nd", "a\nb\nc\n\nd"), ("", nil),
            (" \n\t ", nil), ("\u{2800}", nil), ("\u{115F}\u{1160}\u{3164}\u{FFA0}", nil), ("\u{180E} \u{2800}\n", nil),
            ("a\u{2800}b", "a\u{2800}b"), ("\u{200B}\u{200D}\u{FEFF}", nil), ("\u{202E}", nil),
            ("\u{202E}abc", "\u{202E}abc"),
            ("שלום", "שלום"), ("👩‍🚀", "👩‍🚀"), ("❤️", "❤️"), ("a\u{2028}b", "a\nb"),
        ] as [(String, String?)])
    func controls(typed: String, expected: String?) {
        #expect(CommentText.cleaned(typed) == expected)
    }

    @Test("CMT-03 a text of nothing but brackets is cleaned in a moment")
    func brackets() {
        let nested = String(repeating: "<b", count: 1_300) + String(repeating: ">", count: 1_300)
        #expect(CommentText.cleaned(nested) == nil)
        #expect(CommentText.cleaned(nested + "<b") == "<b")
    }
}
