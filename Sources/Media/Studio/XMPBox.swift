internal import Platform

/// Metadata of an MP4 in the form that Adobe's specification of XMP gives for the format: a box of type `uuid` at the top level.
public enum XMPBox {
    private static let identifier: [UInt8] = [
        0xbe, 0x7a, 0xcf, 0xcb, 0x97, 0xa9, 0x42, 0xe8, 0x9c, 0x71, 0x99, 0x94, 0x91, 0xe3, 0xaf, 0xac,
    ]

    /// What a generated video says of its origin, with IPTC's word for pictures that a trained model has made. The preview that
    /// this site draws itself is made by an algorithm without one.
    public static func statement(model: String, createdAt: String, isTrained: Bool) -> String {
        let source = isTrained ? "trainedAlgorithmicMedia" : "algorithmicMedia"
        func escaped(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
        }
        return """
            <?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
            <rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" \
            xmlns:xmp="http://ns.adobe.com/xap/1.0/" \
            Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/\(source)" \
            xmp:CreatorTool="\(escaped(model))" xmp:CreateDate="\(escaped(createdAt))"/></rdf:RDF></x:xmpmeta>
            <?xpacket end="r"?>
            """
    }

    /// Adds the statement to the end of a finished file, where no offset of the file points.
    static func append(_ statement: String, to path: String) throws(MediaFault) {
        let size = UInt32(8 + identifier.count + statement.utf8.count)
        let box =
            (0..<4).map { UInt8(truncatingIfNeeded: size >> UInt32(24 - 8 * $0)) } + Array("uuid".utf8) + identifier
        let piece = path + ".xmp"
        let whole = path + ".whole"
        do {
            try Files.write(box + Array(statement.utf8), to: piece, isDurable: false)
            defer { try? Files.remove(piece) }
            try Files.concatenate([path, piece], to: whole)
            try Files.move(whole, to: path)
        } catch {
            throw error.isDiskFull
                ? .init(
                    .storageFull, "We're out of storage space right now. We'll try again automatically.",
                    evidence: "\(error)")
                : .toolFailed("XMP: \(error)")
        }
    }
}
