internal import FoundationEssentials
internal import Text

extension JSONValue {
    /// The value that an `Encodable` describes. Dates become RFC 3339 in UTC with milliseconds, UUIDs lower case.
    public init(encoding value: some Encodable) throws {
        let encoder = ValueEncoder(codingPath: [])
        try encoder.encode(value)
        self = encoder.slot.finished
    }
}

/// The place that one encoder fills. A class, since containers outlive the call that made them.
private final class Slot {
    private var value: JSONValue?
    private var members: [String: Slot]?
    private var elements: [Slot]?

    var finished: JSONValue {
        if let members { return .object(members.mapValues(\.finished)) }
        if let elements { return .array(elements.map(\.finished)) }
        return value ?? .null
    }

    var count: Int { elements?.count ?? 0 }

    func set(_ newValue: JSONValue) {
        value = newValue
    }

    func becomeObject() {
        if members == nil { members = [:] }
    }

    func becomeArray() {
        if elements == nil { elements = [] }
    }

    func member(_ name: String) -> Slot {
        let slot = members?[name] ?? Slot()
        members?[name] = slot
        return slot
    }

    func element() -> Slot {
        let slot = Slot()
        elements?.append(slot)
        return slot
    }
}

private struct ValueEncoder: Encoder, SingleValueEncodingContainer {
    let codingPath: [any CodingKey]
    let slot: Slot
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(codingPath: [any CodingKey], slot: Slot = Slot()) {
        self.codingPath = codingPath
        self.slot = slot
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.becomeObject()
        return KeyedEncodingContainer(Members<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.becomeArray()
        return Elements(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func at(_ key: any CodingKey, _ slot: Slot) -> ValueEncoder {
        ValueEncoder(codingPath: codingPath + [key], slot: slot)
    }

    func encodeNil() { slot.set(.null) }
    func encode(_ value: Bool) { slot.set(.bool(value)) }
    func encode(_ value: String) { slot.set(.string(value)) }
    func encode(_ value: Int) { slot.set(.integer(value)) }
    func encode(_ value: Int8) { slot.set(.integer(Int(value))) }
    func encode(_ value: Int16) { slot.set(.integer(Int(value))) }
    func encode(_ value: Int32) { slot.set(.integer(Int(value))) }
    func encode(_ value: Int64) { slot.set(.integer(Int(value))) }
    func encode(_ value: UInt8) { slot.set(.integer(Int(value))) }
    func encode(_ value: UInt16) { slot.set(.integer(Int(value))) }
    func encode(_ value: UInt32) { slot.set(.integer(Int(value))) }
    func encode(_ value: UInt) throws { try encode(UInt64(value)) }
    func encode(_ value: Float) throws { try encode(Double(value)) }

    func encode(_ value: UInt64) throws {
        guard let whole = Int(exactly: value) else { throw refused(value, "does not fit 63 bits") }
        slot.set(.integer(whole))
    }

    func encode(_ value: Double) throws {
        guard value.isFinite else { throw refused(value, "is not a finite number") }
        slot.set(.number(value))
    }

    func encode<T: Encodable>(_ value: T) throws {
        switch value {
        case let value as JSONValue: slot.set(value)
        case let value as UUID: slot.set(.string(value.text))
        case let value as Date: slot.set(.string(value.rfc3339))
        default: try value.encode(to: self)
        }
    }

    private func refused(_ value: Any, _ reason: String) -> EncodingError {
        EncodingError.invalidValue(
            value, EncodingError.Context(codingPath: codingPath, debugDescription: "\(value) \(reason)"))
    }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    private func encoder(_ key: any CodingKey) -> ValueEncoder {
        encoder.at(key, encoder.slot.member(key.stringValue))
    }

    func encodeNil(forKey key: Key) { encoder(key).encodeNil() }
    func encode(_ value: Bool, forKey key: Key) { encoder(key).encode(value) }
    func encode(_ value: String, forKey key: Key) { encoder(key).encode(value) }
    func encode(_ value: Int, forKey key: Key) { encoder(key).encode(value) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try encoder(key).encode(value) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        encoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        encoder(key).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { encoder(Step("super")) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }
}

private struct Elements: UnkeyedEncodingContainer {
    let encoder: ValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.slot.count }

    private func next() -> ValueEncoder {
        encoder.at(Step(encoder.slot.count), encoder.slot.element())
    }

    func encodeNil() { next().encodeNil() }
    func encode<T: Encodable>(_ value: T) throws { try next().encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        next().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { next().unkeyedContainer() }
    func superEncoder() -> any Encoder { next() }
}

/// One step of a path into a value: a member's name or an element's position.
struct Step: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    init(_ position: Int) {
        stringValue = String(position)
        intValue = position
    }

    init(stringValue: String) { self.init(stringValue) }
    init(intValue: Int) { self.init(intValue) }
}
