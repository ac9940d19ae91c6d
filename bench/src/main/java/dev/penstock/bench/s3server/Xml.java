package dev.penstock.bench.s3server;

import static java.nio.charset.StandardCharsets.UTF_8;

/// Writes the small documents that S3 answers with.
final class Xml {

    private final StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

    Xml open(String element) {
        text.append('<').append(element).append('>');
        return this;
    }

    Xml close(String element) {
        text.append("</").append(element).append('>');
        return this;
    }

    Xml element(String name, Object value) {
        open(name);
        String content = value.toString();
        for (int at = 0; at < content.length(); at++) {
            char character = content.charAt(at);
            switch (character) {
                case '&' -> text.append("&amp;");
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '"' -> text.append("&quot;");
                default -> text.append(character);
            }
        }
        return close(name);
    }

    HeldContent content() {
        return HeldContent.of(text.toString().getBytes(UTF_8));
    }
}
