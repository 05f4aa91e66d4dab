; A tour of this Lisp. What it prints stands in tour.expected.

(define (line label value)
  (display label) (display ": ") (display value) (newline))

; ---- the library that every Lisp program begins with

(define (map f items)
  (if (null? items) '() (cons (f (car items)) (map f (cdr items)))))

(define (filter keep? items)
  (cond ((null? items) '())
        ((keep? (car items)) (cons (car items) (filter keep? (cdr items))))
        (else (filter keep? (cdr items)))))

(define (fold f start items)
  (if (null? items) start (fold f (f start (car items)) (cdr items))))

(define (range from to)
  (define (down n out) (if (< n from) out (down (- n 1) (cons n out))))
  (down (- to 1) '()))

; ---- numbers

(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(define (factorial n) (fold * 1 (range 1 (+ n 1))))
(define (prime? n)
  (define (none? d) (cond ((> (* d d) n) #t) ((= (modulo n d) 0) #f) (else (none? (+ d 1)))))
  (and (> n 1) (none? 2)))

(line "fib" (map fib (range 0 16)))
(line "20!" (factorial 20))
(line "25!" (factorial 25))
(line "primes" (filter prime? (range 0 60)))
(line "halves" (map (lambda (n) (/ n 2)) (range 1 6)))
(line "root" (sqrt 2))

; ---- closures share what they were made with

(define (make-account balance)
  (lambda (what amount)
    (cond ((equal? what 'deposit) (set! balance (+ balance amount)) balance)
          ((> amount balance) "not enough")
          (else (set! balance (- balance amount)) balance))))

(define account (make-account 100))
(line "deposit" (account 'deposit 50))
(line "withdraw" (account 'withdraw 30))
(line "withdraw" (account 'withdraw 500))
(line "another" ((make-account 7) 'deposit 1))

; ---- sorting, by functions that are handed around

(define (sort before? items)
  (if (null? items) '()
      (let ((pivot (car items)) (rest (cdr items)))
        (append (sort before? (filter (lambda (x) (before? x pivot)) rest))
                (list pivot)
                (sort before? (filter (lambda (x) (not (before? x pivot))) rest))))))

(line "up" (sort < '(31 4 15 9 26 5 35 8 9 7)))
(line "down" (sort > '(31 4 15 9 26 5 35 8 9 7)))
(line "by length" (sort (lambda (a b) (< (string-length a) (string-length b)))
                        '("lambda" "car" "cons" "if")))

; ---- eight queens

(define (safe? column distance queens)
  (cond ((null? queens) #t)
        ((= (car queens) column) #f)
        ((= (car queens) (+ column distance)) #f)
        ((= (car queens) (- column distance)) #f)
        (else (safe? column (+ distance 1) (cdr queens)))))

(define (queens size)
  (define (place row placed)
    (if (= row 0) placed (try 1 row placed)))
  (define (try column row placed)
    (cond ((> column size) #f)
          ((safe? column 1 placed)
           (or (place (- row 1) (cons column placed)) (try (+ column 1) row placed)))
          (else (try (+ column 1) row placed))))
  (place size '()))

(define (draw column size)
  (map (lambda (n) (if (= n column) 'Q '.)) (range 1 (+ size 1))))

(define (show-all board)
  (map (lambda (column) (display (draw column 8)) (newline)) board))

(show-all (queens 8))

; ---- a program is a list: derivatives

(define (derive e)
  (cond ((number? e) 0)
        ((symbol? e) 1)
        ((equal? (car e) '+) (simple (list '+ (derive (car (cdr e))) (derive (car (cdr (cdr e)))))))
        (else (let ((u (car (cdr e))) (v (car (cdr (cdr e)))))
                (simple (list '+ (simple (list '* (derive u) v)) (simple (list '* u (derive v)))))))))

(define (simple e)
  (let ((op (car e)) (a (car (cdr e))) (b (car (cdr (cdr e)))))
    (cond ((and (number? a) (number? b)) (if (equal? op '+) (+ a b) (* a b)))
          ((and (equal? op '*) (or (equal? a 0) (equal? b 0))) 0)
          ((equal? a (if (equal? op '+) 0 1)) b)
          ((equal? b (if (equal? op '+) 0 1)) a)
          (else e))))

(line "d/dx (x * x + 3 * x)" (derive '(+ (* x x) (* 3 x))))

; ---- a loop of fifty thousand calls, each the last thing that the one before it does

(define (count n sum) (if (= n 0) sum (count (- n 1) (+ sum n))))
(line "sum" (count 50000 0))
(line "shout" (string-upcase (string-append "it" " " "ends")))
