public import Catalog
public import HTTP
public import Postgres

/// The form of catalog packs, for programs that read them without the API.
public enum CatalogPackForm {
    /// What is wrong with a pack, as sentences; none when it can be imported.
    public static func faults(in pack: JSONValue) -> [String] { ModelInputs.pack.faults(in: pack).map(\.message) }

    /// A pack as the catalog reads it, and who has made it.
    public static func open(_ pack: JSONValue, _ keys: PackKeys) -> (pack: JSONText, origin: PackOrigin) {
        let (bare, signature) = separate(pack)
        let given = signature.map { signature in
            PackKeys.Signature(key: signature["key"]?.text ?? "", value: signature["value"]?.text ?? "")
        }
        return (JSONText(ModelInputs.completed(pack: bare).description), keys.origin(of: bare.bytes, given))
    }

    /// A pack with the signature of this site, if it has a key. What is signed is the pack without a signature, as
    /// `JSONValue.bytes` writes it: members sorted by name, and nothing between the tokens.
    public static func sign(_ pack: JSONValue, _ keys: PackKeys) -> JSONValue {
        let (bare, _) = separate(pack)
        guard case .object(var members) = bare, let signature = keys.sign(bare.bytes) else { return bare }
        members["signature"] = [
            "algorithm": "ed25519", "key": .string(signature.key), "value": .string(signature.value),
        ]
        return .object(members)
    }

    private static func separate(_ pack: JSONValue) -> (JSONValue, signature: JSONValue?) {
        guard case .object(var members) = pack else { return (pack, nil) }
        let signature = members.removeValue(forKey: "signature")
        return (.object(members), signature)
    }
}
