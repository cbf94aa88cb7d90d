import FoundationEssentials
import Testing
import Text

@testable import Mail

@Suite("Messages")
struct MessageTests {
    private func address(_ text: String) throws -> EmailAddress { try #require(EmailAddress(text)) }

    private func lines(_ message: MailMessage, sender: String = "Dailies") throws -> [String] {
        let bytes = message.bytes(
            from: try address("film@example.org"), named: sender, replyTo: nil,
            at: Date(timeIntervalSince1970: 1_767_323_045))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.replacing("\r\n", with: "").contains { $0 == "\r" || $0 == "\n" })
        return text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("OPS-08 a plain message has the headers that RFC 5322 requires")
    func plain() throws {
        let lines = try lines(MailMessage(to: try address("ida@example.org"), subject: "Hello", text: "One\nTwo\n"))
        #expect(lines.contains("Date: Fri, 02 Jan 2026 03:04:05 +0000"))
        #expect(lines.contains("From: Dailies <film@example.org>"))
        #expect(lines.contains("To: <ida@example.org>"))
        #expect(lines.contains("Subject: Hello"))
        #expect(lines.contains("Content-Transfer-Encoding: 7bit"))
        #expect(lines.suffix(4) == ["", "One", "Two", ""])
    }

    @Test(
        "OPS-08 nothing in a subject or a name can begin a header",
        arguments: ["Hi\r\nBcc: eve@example.org", "Hi\nBcc: eve@example.org", "Hi\rBcc: e", "Hi\u{0}\u{85}\u{2028}B"])
    func injection(text: String) throws {
        let message = MailMessage(to: try address("ida@example.org"), subject: text, text: "")
        let head = try lines(message, sender: text).prefix { !$0.isEmpty }
        let names = head.filter { !$0.hasPrefix(" ") }.compactMap { $0.split(separator: ":").first.map(String.init) }
        #expect(
            names == [
                "Date", "From", "To", "Message-ID", "Subject", "MIME-Version", "Auto-Submitted", "Content-Type",
                "Content-Transfer-Encoding",
            ])
        #expect(!head.contains { $0.contains(where: { $0.asciiValue.map { $0 < 0x20 } ?? false }) })
    }

    @Test("OPS-08 long and foreign subjects are encoded words, none of which is too long or cuts a character")
    func encodedWords() throws {
        for subject in [String(repeating: "größe 🎬 ", count: 30), String(repeating: "plain words ", count: 30)] {
            let lines = try lines(MailMessage(to: try address("ida@example.org"), subject: subject, text: ""))
            let start = try #require(lines.firstIndex { $0.hasPrefix("Subject: ") })
            let words =
                [String(lines[start].dropFirst(9))]
                + lines[(start + 1)...].prefix { $0.hasPrefix(" ") }.map { String($0.dropFirst()) }
            #expect(lines[start...].prefix(words.count).allSatisfy { $0.utf8.count <= 76 })
            let decoded = try words.map { word in
                let inner = try #require(word.hasPrefix("=?utf-8?B?") ? word.dropFirst(10).dropLast(2) : nil)
                let data = try #require(Data(base64Encoded: String(inner)))
                return try #require(String(validating: data, as: UTF8.self))
            }
            #expect(decoded.joined() == subject.trimmed)
        }
    }

    @Test("OPS-08 bodies that are not plain ASCII are quoted-printable in short lines")
    func quotedPrintable() throws {
        let text = String(repeating: "ö=x ", count: 60) + "\nend \n"
        let lines = try lines(MailMessage(to: try address("ida@example.org"), subject: "x", text: text))
        #expect(lines.contains("Content-Transfer-Encoding: quoted-printable"))
        let body = lines[(try #require(lines.firstIndex(of: "")) + 1)...]
        #expect(body.allSatisfy { $0.utf8.count <= 76 })
        #expect(body.contains("end=20"))
        #expect(body.first?.hasPrefix("=C3=B6=3Dx =C3=B6") == true)
    }

    @Test("AUTH-01 the mail names the site, the link and its time, and escapes what is HTML")
    func signInMail() throws {
        let mail = SignInMail(
            siteName: "A & B <film>", siteURL: "https://film.example", minutes: 15,
            link: "https://film.example/x#token=y")
        let message = mail.message(to: try address("ida@example.org"))
        #expect(message.text.contains("\n\nhttps://film.example/x#token=y\n\n"))
        #expect(message.text.contains("once, within 15 minutes"))
        #expect(message.html?.contains("A &amp; B &lt;film&gt;") == true)
        #expect(message.html?.contains("<film>") == false)
    }
}
